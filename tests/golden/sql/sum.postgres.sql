CREATE TYPE fp_fraction AS (n numeric, d numeric);
CREATE FUNCTION fp_frac(a bigint, b bigint) RETURNS fp_fraction LANGUAGE sql IMMUTABLE AS
$$ SELECT (CASE WHEN b = 0 THEN 0 WHEN b < 0 THEN -CAST(a AS numeric) ELSE a END,
  CASE WHEN b = 0 THEN 1 ELSE abs(CAST(b AS numeric)) END)::fp_fraction $$;
CREATE FUNCTION fp_num(f fp_fraction) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT f.n $$;
CREATE FUNCTION fp_den(f fp_fraction) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT f.d $$;
CREATE FUNCTION fp_sign(f fp_fraction) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CAST(sign(f.n) AS bigint) $$;
CREATE FUNCTION fp_cmp(a fp_fraction, b fp_fraction) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CAST(sign(a.n * b.d - b.n * a.d) AS bigint) $$;
CREATE FUNCTION fp_reduce(n numeric, d numeric) RETURNS fp_fraction LANGUAGE sql IMMUTABLE AS
$$ SELECT (div(n, gcd(n, d)), div(d, gcd(n, d)))::fp_fraction $$;
CREATE FUNCTION fp_fits(f fp_fraction) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN f.n BETWEEN -170141183460469231731687303715884105728 AND 170141183460469231731687303715884105727
  AND f.d <= 170141183460469231731687303715884105727 THEN 1 ELSE 0 END $$;
CREATE FUNCTION fp_mul(a fp_fraction, b fp_fraction) RETURNS fp_fraction LANGUAGE sql IMMUTABLE AS
$$ SELECT fp_reduce(a.n * b.n, a.d * b.d) $$;
CREATE FUNCTION fp_mul_fits(a fp_fraction, b fp_fraction) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT fp_fits(fp_mul(a, b)) $$;
CREATE FUNCTION fp_div(a fp_fraction, b fp_fraction) RETURNS fp_fraction LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN b.n = 0 THEN fp_frac(0, 1) ELSE fp_reduce(a.n * b.d * sign(b.n), a.d * abs(b.n)) END $$;
CREATE FUNCTION fp_div_fits(a fp_fraction, b fp_fraction) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN b.n = 0 THEN 0 ELSE fp_fits(fp_div(a, b)) END $$;
CREATE FUNCTION fp_rounded(f fp_fraction, scale bigint) RETURNS numeric LANGUAGE sql IMMUTABLE AS
$$ SELECT sign(f.n) * div(2 * abs(f.n) * scale + f.d, 2 * f.d) $$;
CREATE FUNCTION fp_round_fits(f fp_fraction, scale bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN abs(fp_rounded(f, scale)) <= 9000000000000000000 THEN 1 ELSE 0 END $$;
CREATE FUNCTION fp_round(f fp_fraction, scale bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN fp_round_fits(f, scale) = 1 THEN CAST(fp_rounded(f, scale) AS bigint) ELSE 0 END $$;
CREATE FUNCTION fp_lesser(best fp_fraction, has integer, f fp_fraction) RETURNS fp_fraction LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN has = 1 AND (best.d = 0 OR fp_cmp(f, best) < 0) THEN f ELSE best END $$;
CREATE FUNCTION fp_greater(best fp_fraction, has integer, f fp_fraction) RETURNS fp_fraction LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN has = 1 AND (best.d = 0 OR fp_cmp(f, best) > 0) THEN f ELSE best END $$;
CREATE FUNCTION fp_best(best fp_fraction) RETURNS fp_fraction LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN best.d = 0 THEN fp_frac(0, 1) ELSE best END $$;
CREATE AGGREGATE fp_frac_min(integer, fp_fraction) (SFUNC = fp_lesser, STYPE = fp_fraction, FINALFUNC = fp_best, INITCOND = '(0,0)');
CREATE AGGREGATE fp_frac_max(integer, fp_fraction) (SFUNC = fp_greater, STYPE = fp_fraction, FINALFUNC = fp_best, INITCOND = '(0,0)');
CREATE FUNCTION fp_union(a bigint[], b bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE AS
$$ SELECT ARRAY(SELECT DISTINCT r FROM unnest(a || b) AS r ORDER BY r LIMIT 64) $$;
CREATE AGGREGATE fp_union_all(bigint[]) (SFUNC = fp_union, STYPE = bigint[], INITCOND = '{}');
CREATE FUNCTION fp_bits(v bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CAST(length(replace(CAST(CAST(v AS bit(64)) AS text), '0', '')) AS bigint) $$;
CREATE FUNCTION fp_is_day(d bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT d BETWEEN DATE '1800-01-01' - DATE '0001-01-01' + 1 AND DATE '2200-12-31' - DATE '0001-01-01' + 1 $$;
CREATE FUNCTION fp_date(d bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN fp_is_day(d) THEN DATE '0001-01-01' + CAST(d - 1 AS integer) ELSE DATE '1800-01-01' END $$;
CREATE FUNCTION fp_day(x date) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$ SELECT CAST(x - DATE '0001-01-01' + 1 AS bigint) $$;
CREATE FUNCTION fp_year(d bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN fp_is_day(d) THEN CAST(extract(year FROM fp_date(d)) AS bigint) ELSE 0 END $$;
CREATE FUNCTION fp_month(d bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN fp_is_day(d) THEN CAST(extract(month FROM fp_date(d)) AS bigint) ELSE 0 END $$;
CREATE FUNCTION fp_last(x date) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT CAST(date_trunc('month', CAST(x AS timestamp)) + INTERVAL '1 month' - INTERVAL '1 day' AS date) $$;
CREATE FUNCTION fp_month_end(d bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN fp_is_day(d) THEN fp_day(fp_last(fp_date(d))) ELSE 0 END $$;
CREATE FUNCTION fp_months_on(x date, n bigint) RETURNS date LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN x = fp_last(x) THEN fp_last(CAST(x + make_interval(months => CAST(n AS integer)) AS date))
  ELSE CAST(x + make_interval(months => CAST(n AS integer)) AS date) END $$;
CREATE FUNCTION fp_add_months(d bigint, n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN NOT fp_is_day(d) OR n NOT BETWEEN -4812 AND 4812 THEN 0
  WHEN NOT fp_is_day(fp_day(fp_months_on(fp_date(d), n))) THEN 0 ELSE fp_day(fp_months_on(fp_date(d), n)) END $$;
CREATE FUNCTION fp_full_years(born bigint, today bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN NOT fp_is_day(born) OR NOT fp_is_day(today) THEN 0 ELSE greatest(0, fp_year(today) - fp_year(born) -
  CASE WHEN to_char(fp_date(today), 'MMDD') < to_char(fp_date(born), 'MMDD') THEN 1 ELSE 0 END) END $$;
CREATE TEMP TABLE s0 AS
SELECT t.row AS row, 0 AS up, t.row AS trow, t.place AS place FROM t0 AS t;
CREATE TEMP TABLE s1 AS
SELECT t.row AS row, t.owner AS up, t.row AS trow, o.place AS place FROM t1 AS t JOIN s0 AS o ON o.row = t.owner;
CREATE TEMP TABLE s2 AS
SELECT t.row AS row, t.owner AS up, t.row AS trow, o.place AS place FROM t2 AS t JOIN s1 AS o ON o.row = t.owner;
CREATE TEMP TABLE q0 AS
WITH x AS MATERIALIZED (SELECT s.row AS row,
    CASE WHEN (k0.absent = 1 OR k0.lo > k0.hi) THEN 0 WHEN t.date = 0 THEN 1 WHEN t.date >= k0.lo AND t.date_hi <= k0.hi THEN 0 WHEN t.date_hi < k0.lo OR t.date > k0.hi THEN 0 ELSE 1 END AS r0_s,
    k0.absent AS k0_absent,
    k0.lo AS k0_lo,
    k0.hi AS k0_hi,
    t.date AS t_date,
    t.date_hi AS t_date_hi,
    CASE WHEN c0.c0_s = 0 THEN 0 WHEN c0.c0_s = 1 AND CAST(0 AS bigint) = 1 THEN 2 ELSE 1 END AS r1_s,
    c0.c0_v AS c0_c0_v,
    c0.c0_s AS c0_c0_s
  FROM s2 AS s
  JOIN reach0 AS k0 ON k0.person = s.up
  JOIN t2 AS t ON t.row = s.trow
  JOIN t2_0 AS c0 ON c0.row = s.trow)
SELECT x.row,
  x.r0_s,
  CASE WHEN x.r0_s = 0 AND (NOT (x.k0_absent = 1 OR x.k0_lo > x.k0_hi) AND x.t_date >= x.k0_lo AND x.t_date_hi <= x.k0_hi) THEN 1 ELSE 0 END AS r0_v,
  CASE WHEN x.r0_s = 1 THEN CAST(ARRAY[288232575174967296] AS bigint[]) ELSE CAST('{}' AS bigint[]) END AS r0_y,
  x.r1_s,
  CASE WHEN x.r1_s IN (0, 3) THEN x.c0_c0_v ELSE CAST(0 AS bigint) END AS r1_v,
  CASE WHEN x.r1_s <> 1 THEN CAST('{}' AS bigint[]) WHEN x.c0_c0_s = 2 THEN CAST(ARRAY[360289069701267457] AS bigint[]) ELSE CAST(ARRAY[288231475663339521] AS bigint[]) END AS r1_y
FROM x;
CREATE TEMP TABLE g2 AS
SELECT root AS row, max(gone) AS gone, max(inc) AS inc, fp_union_all(why) AS why, max(crowd) AS crowd, sum(one) AS n_rows,
  sum(cnt) AS n, max(part) AS part, max(has) AS has, max(any_yes) AS any_yes, max(any_no) AS any_no, sum(CASE WHEN has = 1 THEN v ELSE 0 END) AS total
FROM (
  SELECT a0.row AS root, 0 AS gone, 0 AS inc, CAST('{}' AS bigint[]) AS why, 0 AS crowd, 0 AS one, 0 AS cnt, 0 AS part, 0 AS has, 0 AS any_yes, 0 AS any_no, CAST(0 AS bigint) AS v, 0 AS w, CAST('{}' AS bigint[]) AS y, 0 AS ord, 0 AS ord_last FROM s0 AS a0
UNION ALL
  SELECT a0.row AS root, 0 AS gone, 0 AS inc, CAST('{}' AS bigint[]) AS why, 1 AS crowd, 0 AS one, 0 AS cnt, 0 AS part, 0 AS has, 0 AS any_yes, 0 AS any_no, CAST(0 AS bigint) AS v, 0 AS w, CAST('{}' AS bigint[]) AS y, 0 AS ord, 0 AS ord_last 
  FROM s0 AS a0 JOIN (SELECT owner FROM t1 GROUP BY owner HAVING count(*) > 1000) AS x ON x.owner = a0.row
UNION ALL
  SELECT a0.up AS root, x.absent AS gone, CASE WHEN x.why <> CAST('{}' AS bigint[]) THEN 1 ELSE 0 END AS inc, x.why AS why, 0 AS crowd, 0 AS one, 0 AS cnt, 0 AS part, 0 AS has, 0 AS any_yes, 0 AS any_no, CAST(0 AS bigint) AS v, 0 AS w, CAST('{}' AS bigint[]) AS y, 0 AS ord, 0 AS ord_last 
  FROM s1 AS a0 JOIN reach0 AS x ON x.person = a0.row
UNION ALL
  SELECT root, 0 AS gone, CASE WHEN fu = 1 OR (ok = 1 AND (s = 1)) THEN 1 ELSE 0 END AS inc,
  CASE WHEN fu = 1 THEN fy WHEN ok = 1 AND ((s = 1) OR s = 3) THEN y ELSE CAST('{}' AS bigint[]) END AS why, 0 AS crowd, 1 AS one,
  CASE WHEN ok = 1 AND (1 = 0) THEN 1 ELSE 0 END AS cnt, CASE WHEN ok = 1 AND (s = 3) THEN 1 ELSE 0 END AS part, CASE WHEN ok = 1 AND (s IN (0, 3)) THEN 1 ELSE 0 END AS has, CASE WHEN ok = 1 AND (1 = 0) THEN 1 ELSE 0 END AS any_yes, CASE WHEN ok = 1 AND (1 = 0) THEN 1 ELSE 0 END AS any_no, v, w, y, 0 AS ord, 0 AS ord_last FROM (
    SELECT a1.up AS root, CASE WHEN f.r0_s = 0 AND f.r0_v = 1 THEN 1 ELSE 0 END AS ok, CASE WHEN f.r0_s = 1 THEN 1 ELSE 0 END AS fu, f.r0_y AS fy, e.r1_v AS v, 0 AS w, e.r1_s AS s, e.r1_y AS y, 0 AS above
  FROM s2 AS a0 JOIN s1 AS a1 ON a1.row = a0.up JOIN q0 AS f ON f.row = a0.row JOIN q0 AS e ON e.row = a0.row) AS r
) AS u GROUP BY root;
CREATE TEMP TABLE q1 AS
WITH x AS MATERIALIZED (SELECT s.row AS row,
    CASE WHEN g2.gone = 1 THEN 2 WHEN (g2.crowd = 1 OR g2.n_rows > 65535) THEN 1 ELSE CASE WHEN g2.inc = 1 AND CAST(1 AS bigint) = 0 THEN 1 WHEN NOT (g2.total BETWEEN -9223372036854775808 AND 9223372036854775807) THEN 1 WHEN g2.inc = 1 OR g2.part = 1 THEN 3 ELSE 0 END END AS r2_s,
    g2.total AS g2_total,
    g2.crowd AS g2_crowd,
    g2.n_rows AS g2_n_rows,
    g2.inc AS g2_inc,
    g2.why AS g2_why
  FROM s0 AS s
  JOIN g2 ON g2.row = s.row)
SELECT x.row,
  x.r2_s,
  CASE WHEN x.r2_s IN (0, 3) THEN CASE WHEN x.g2_total BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(x.g2_total AS bigint) ELSE 0 END ELSE CAST(0 AS bigint) END AS r2_v,
  CASE WHEN x.r2_s = 2 OR x.r2_s = 0 THEN CAST('{}' AS bigint[]) WHEN (x.g2_crowd = 1 OR x.g2_n_rows > 65535) THEN fp_union(CASE WHEN x.g2_crowd = 1 THEN CAST(ARRAY[1008805217019363328] AS bigint[]) ELSE CAST('{}' AS bigint[]) END, CASE WHEN x.g2_n_rows > 65535 THEN CAST(ARRAY[936748722493063168] AS bigint[]) ELSE CAST('{}' AS bigint[]) END)  ELSE CASE WHEN x.g2_inc = 1 AND CAST(1 AS bigint) = 0 THEN x.g2_why WHEN NOT (x.g2_total BETWEEN -9223372036854775808 AND 9223372036854775807) THEN CAST(ARRAY[936748722493063168] AS bigint[]) ELSE x.g2_why END END AS r2_y
FROM x;
CREATE TEMP VIEW out0 AS
SELECT q.row AS row, q.r2_v AS v, 0 AS w, 0 AS n, 1 AS d, q.r2_s AS st, q.r2_y AS why FROM q1 AS q;
