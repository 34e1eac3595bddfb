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
CREATE TEMP TABLE q0 AS
WITH x AS MATERIALIZED (SELECT s.row AS row,
    CASE WHEN c0.c0_s = 0 THEN 0 WHEN c0.c0_s = 1 AND CAST(0 AS bigint) = 1 THEN 2 ELSE 1 END AS r0_s,
    c0.c0_v AS c0_c0_v,
    c0.c0_s AS c0_c0_s,
    p0.s AS r1_s,
    p0.v AS p0_v
  FROM s0 AS s
  JOIN t0_0 AS c0 ON c0.row = s.trow
  JOIN param AS p0 ON p0.place = s.place AND p0.slot = 0)
SELECT x.row,
  x.r0_s,
  CASE WHEN x.r0_s IN (0, 3) THEN x.c0_c0_v ELSE CAST(0 AS bigint) END AS r0_v,
  CASE WHEN x.r0_s <> 1 THEN CAST('{}' AS bigint[]) WHEN x.c0_c0_s = 2 THEN CAST(ARRAY[360289069701267459] AS bigint[]) ELSE CAST(ARRAY[288231475663339523] AS bigint[]) END AS r0_y,
  x.r1_s,
  CASE WHEN x.r1_s IN (0, 3) THEN x.p0_v ELSE CAST(0 AS bigint) END AS r1_v,
  CAST('{}' AS bigint[]) AS r1_y
FROM x;
CREATE TEMP TABLE q1 AS
WITH x AS MATERIALIZED (SELECT s.row AS row,
    CASE WHEN (q0.r0_s = 2 OR q0.r1_s = 2) THEN 0 WHEN (q0.r0_s = 1 OR q0.r1_s = 1) THEN 1 WHEN q0.r0_s = 3 AND q0.r1_s = 3 THEN 1 WHEN q0.r0_s = 3 AND NOT ((CASE WHEN q0.r0_v < q0.r1_v THEN -1 WHEN q0.r0_v > q0.r1_v THEN 1 ELSE 0 END) >= 0) THEN 1 WHEN q0.r1_s = 3 AND NOT ((CASE WHEN q0.r0_v < q0.r1_v THEN -1 WHEN q0.r0_v > q0.r1_v THEN 1 ELSE 0 END) < 0) THEN 1 ELSE 0 END AS r2_s,
    q0.r0_s AS q0_r0_s,
    q0.r1_s AS q0_r1_s,
    q0.r0_v AS q0_r0_v,
    q0.r1_v AS q0_r1_v,
    q0.r0_y AS q0_r0_y,
    q0.r1_y AS q0_r1_y,
    CASE WHEN (q0.r0_s = 2 OR q0.r1_s = 2) THEN 2 WHEN (q0.r0_s = 1 OR q0.r1_s = 1) THEN 1 WHEN q0.r1_s = 0 AND q0.r1_v = 0 THEN 1 WHEN q0.r1_s = 3 THEN 1 WHEN q0.r0_s = 3 AND q0.r1_v <= 0 THEN 1 WHEN q0.r0_s = 3 THEN 3 ELSE 0 END AS r3_s
  FROM s0 AS s
  JOIN q0 AS q0 ON q0.row = s.row)
SELECT x.row,
  x.r2_s,
  CASE WHEN x.r2_s = 0 AND NOT (x.q0_r0_s = 2 OR x.q0_r1_s = 2) AND ((CASE WHEN x.q0_r0_v < x.q0_r1_v THEN -1 WHEN x.q0_r0_v > x.q0_r1_v THEN 1 ELSE 0 END) >= 0) THEN 1 ELSE 0 END AS r2_v,
  CASE WHEN x.r2_s NOT IN (1, 3) THEN CAST('{}' AS bigint[]) WHEN (x.q0_r0_s = 1 OR x.q0_r1_s = 1) THEN fp_union(CASE WHEN x.q0_r0_s = 1 THEN x.q0_r0_y ELSE CAST('{}' AS bigint[]) END, CASE WHEN x.q0_r1_s = 1 THEN x.q0_r1_y ELSE CAST('{}' AS bigint[]) END) ELSE fp_union(CASE WHEN x.q0_r0_s = 3 THEN x.q0_r0_y ELSE CAST('{}' AS bigint[]) END, CASE WHEN x.q0_r1_s = 3 THEN x.q0_r1_y ELSE CAST('{}' AS bigint[]) END) END AS r2_y,
  x.r3_s,
  CASE WHEN x.r3_s IN (0, 3) THEN fp_frac(x.q0_r0_v, x.q0_r1_v) ELSE fp_frac(0, 1) END AS r3_v,
  CASE WHEN x.r3_s NOT IN (1, 3) THEN CAST('{}' AS bigint[]) WHEN (x.q0_r0_s = 1 OR x.q0_r1_s = 1) THEN fp_union(CASE WHEN x.q0_r0_s = 1 THEN x.q0_r0_y ELSE CAST('{}' AS bigint[]) END, CASE WHEN x.q0_r1_s = 1 THEN x.q0_r1_y ELSE CAST('{}' AS bigint[]) END) WHEN x.q0_r1_s = 0 AND x.q0_r1_v = 0 THEN CAST(ARRAY[864690028943507456] AS bigint[]) ELSE fp_union(CASE WHEN x.q0_r0_s = 3 THEN x.q0_r0_y ELSE CAST('{}' AS bigint[]) END, CASE WHEN x.q0_r1_s = 3 THEN x.q0_r1_y ELSE CAST('{}' AS bigint[]) END) END AS r3_y
FROM x;
CREATE TEMP VIEW out0 AS
SELECT q.row AS row, q.r2_v AS v, 0 AS w, 0 AS n, 1 AS d, q.r2_s AS st, q.r2_y AS why FROM q1 AS q;
CREATE TEMP VIEW out1 AS
SELECT q.row AS row, 0 AS v, 0 AS w, fp_num(q.r3_v) AS n, fp_den(q.r3_v) AS d, q.r3_s AS st, q.r3_y AS why FROM q1 AS q;
