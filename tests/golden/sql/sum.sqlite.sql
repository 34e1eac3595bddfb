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
    CASE WHEN c0.c0_s = 0 THEN 0 WHEN c0.c0_s = 1 AND 0 = 1 THEN 2 ELSE 1 END AS r1_s,
    c0.c0_v AS c0_c0_v,
    c0.c0_s AS c0_c0_s
  FROM s2 AS s
  CROSS JOIN reach0 AS k0 ON k0.person = s.up
  CROSS JOIN t2 AS t ON t.row = s.trow
  CROSS JOIN t2_0 AS c0 ON c0.row = s.trow)
SELECT x.row,
  x.r0_s,
  CASE WHEN x.r0_s = 0 AND (NOT (x.k0_absent = 1 OR x.k0_lo > x.k0_hi) AND x.t_date >= x.k0_lo AND x.t_date_hi <= x.k0_hi) THEN 1 ELSE 0 END AS r0_v,
  CASE WHEN x.r0_s = 1 THEN fp_reason(288232575174967296) ELSE 0 END AS r0_y,
  x.r1_s,
  CASE WHEN x.r1_s IN (0, 3) THEN x.c0_c0_v ELSE 0 END AS r1_v,
  CASE WHEN x.r1_s <> 1 THEN 0 WHEN x.c0_c0_s = 2 THEN fp_reason(360289069701267457) ELSE fp_reason(288231475663339521) END AS r1_y
FROM x;
CREATE TEMP TABLE g2 AS
SELECT root AS row, max(gone) AS gone, max(inc) AS inc, fp_union_all(why) AS why, max(crowd) AS crowd, sum(one) AS n_rows,
  sum(cnt) AS n, max(part) AS part, max(has) AS has, max(any_yes) AS any_yes, max(any_no) AS any_no, sum(CASE WHEN has = 1 THEN v >> 32 ELSE 0 END) AS hi, sum(CASE WHEN has = 1 THEN v & 4294967295 ELSE 0 END) AS lo
FROM (
  SELECT a0.row AS root, 0 AS gone, 0 AS inc, 0 AS why, 0 AS crowd, 0 AS one, 0 AS cnt, 0 AS part, 0 AS has, 0 AS any_yes, 0 AS any_no, 0 AS v, 0 AS w, 0 AS y, 0 AS ord, 0 AS ord_last FROM s0 AS a0
UNION ALL
  SELECT a0.row AS root, 0 AS gone, 0 AS inc, 0 AS why, 1 AS crowd, 0 AS one, 0 AS cnt, 0 AS part, 0 AS has, 0 AS any_yes, 0 AS any_no, 0 AS v, 0 AS w, 0 AS y, 0 AS ord, 0 AS ord_last 
  FROM s0 AS a0 JOIN (SELECT owner FROM t1 GROUP BY owner HAVING count(*) > 1000) AS x ON x.owner = a0.row
UNION ALL
  SELECT a0.up AS root, x.absent AS gone, CASE WHEN x.why <> 0 THEN 1 ELSE 0 END AS inc, x.why AS why, 0 AS crowd, 0 AS one, 0 AS cnt, 0 AS part, 0 AS has, 0 AS any_yes, 0 AS any_no, 0 AS v, 0 AS w, 0 AS y, 0 AS ord, 0 AS ord_last 
  FROM s1 AS a0 JOIN reach0 AS x ON x.person = a0.row
UNION ALL
  SELECT root, 0 AS gone, CASE WHEN fu = 1 OR (ok = 1 AND (s = 1)) THEN 1 ELSE 0 END AS inc,
  CASE WHEN fu = 1 THEN fy WHEN ok = 1 AND ((s = 1) OR s = 3) THEN y ELSE 0 END AS why, 0 AS crowd, 1 AS one,
  CASE WHEN ok = 1 AND (1 = 0) THEN 1 ELSE 0 END AS cnt, CASE WHEN ok = 1 AND (s = 3) THEN 1 ELSE 0 END AS part, CASE WHEN ok = 1 AND (s IN (0, 3)) THEN 1 ELSE 0 END AS has, CASE WHEN ok = 1 AND (1 = 0) THEN 1 ELSE 0 END AS any_yes, CASE WHEN ok = 1 AND (1 = 0) THEN 1 ELSE 0 END AS any_no, v, w, y, 0 AS ord, 0 AS ord_last FROM (
    SELECT a1.up AS root, CASE WHEN f.r0_s = 0 AND f.r0_v = 1 THEN 1 ELSE 0 END AS ok, CASE WHEN f.r0_s = 1 THEN 1 ELSE 0 END AS fu, f.r0_y AS fy, e.r1_v AS v, 0 AS w, e.r1_s AS s, e.r1_y AS y, 0 AS above
  FROM s2 AS a0 JOIN s1 AS a1 ON a1.row = a0.up JOIN q0 AS f ON f.row = a0.row JOIN q0 AS e ON e.row = a0.row) AS r
) AS u GROUP BY root;
CREATE TEMP TABLE q1 AS
WITH x AS MATERIALIZED (SELECT s.row AS row,
    CASE WHEN g2.gone = 1 THEN 2 WHEN (g2.crowd = 1 OR g2.n_rows > 65535) THEN 1 ELSE CASE WHEN g2.inc = 1 AND 1 = 0 THEN 1 WHEN NOT ((g2.hi + (g2.lo >> 32)) BETWEEN -2147483648 AND 2147483647) THEN 1 WHEN g2.inc = 1 OR g2.part = 1 THEN 3 ELSE 0 END END AS r2_s,
    g2.hi AS g2_hi,
    g2.lo AS g2_lo,
    g2.crowd AS g2_crowd,
    g2.n_rows AS g2_n_rows,
    g2.inc AS g2_inc,
    g2.why AS g2_why
  FROM s0 AS s
  CROSS JOIN g2 ON g2.row = s.row)
SELECT x.row,
  x.r2_s,
  CASE WHEN x.r2_s IN (0, 3) THEN CASE WHEN (x.g2_hi + (x.g2_lo >> 32)) BETWEEN -2147483648 AND 2147483647 THEN ((x.g2_hi + (x.g2_lo >> 32)) << 32) | (x.g2_lo & 4294967295) ELSE 0 END ELSE 0 END AS r2_v,
  CASE WHEN x.r2_s = 2 OR x.r2_s = 0 THEN 0 WHEN (x.g2_crowd = 1 OR x.g2_n_rows > 65535) THEN fp_union(CASE WHEN x.g2_crowd = 1 THEN fp_reason(1008805217019363328) ELSE 0 END, CASE WHEN x.g2_n_rows > 65535 THEN fp_reason(936748722493063168) ELSE 0 END)  ELSE CASE WHEN x.g2_inc = 1 AND 1 = 0 THEN x.g2_why WHEN NOT ((x.g2_hi + (x.g2_lo >> 32)) BETWEEN -2147483648 AND 2147483647) THEN fp_reason(936748722493063168) ELSE x.g2_why END END AS r2_y
FROM x;
CREATE TEMP VIEW out0 AS
SELECT q.row AS row, q.r2_v AS v, 0 AS w, 0 AS n, 1 AS d, q.r2_s AS st, q.r2_y AS why FROM q1 AS q;
