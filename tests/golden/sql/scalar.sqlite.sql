CREATE TEMP TABLE s0 AS
SELECT t.row AS row, 0 AS up, t.row AS trow, t.place AS place FROM t0 AS t;
CREATE TEMP TABLE q0 AS
WITH x AS MATERIALIZED (SELECT s.row AS row,
    CASE WHEN c0.c0_s = 0 THEN 0 WHEN c0.c0_s = 1 AND 0 = 1 THEN 2 ELSE 1 END AS r0_s,
    c0.c0_v AS c0_c0_v,
    c0.c0_s AS c0_c0_s,
    p0.s AS r1_s,
    p0.v AS p0_v
  FROM s0 AS s
  CROSS JOIN t0_0 AS c0 ON c0.row = s.trow
  CROSS JOIN param AS p0 ON p0.place = s.place AND p0.slot = 0)
SELECT x.row,
  x.r0_s,
  CASE WHEN x.r0_s IN (0, 3) THEN x.c0_c0_v ELSE 0 END AS r0_v,
  CASE WHEN x.r0_s <> 1 THEN 0 WHEN x.c0_c0_s = 2 THEN fp_reason(360289069701267459) ELSE fp_reason(288231475663339523) END AS r0_y,
  x.r1_s,
  CASE WHEN x.r1_s IN (0, 3) THEN x.p0_v ELSE 0 END AS r1_v,
  0 AS r1_y
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
  CROSS JOIN q0 AS q0 ON q0.row = s.row)
SELECT x.row,
  x.r2_s,
  CASE WHEN x.r2_s = 0 AND NOT (x.q0_r0_s = 2 OR x.q0_r1_s = 2) AND ((CASE WHEN x.q0_r0_v < x.q0_r1_v THEN -1 WHEN x.q0_r0_v > x.q0_r1_v THEN 1 ELSE 0 END) >= 0) THEN 1 ELSE 0 END AS r2_v,
  CASE WHEN x.r2_s NOT IN (1, 3) THEN 0 WHEN (x.q0_r0_s = 1 OR x.q0_r1_s = 1) THEN fp_union(CASE WHEN x.q0_r0_s = 1 THEN x.q0_r0_y ELSE 0 END, CASE WHEN x.q0_r1_s = 1 THEN x.q0_r1_y ELSE 0 END) ELSE fp_union(CASE WHEN x.q0_r0_s = 3 THEN x.q0_r0_y ELSE 0 END, CASE WHEN x.q0_r1_s = 3 THEN x.q0_r1_y ELSE 0 END) END AS r2_y,
  x.r3_s,
  CASE WHEN x.r3_s IN (0, 3) THEN fp_frac(x.q0_r0_v, x.q0_r1_v) ELSE fp_frac(0, 1) END AS r3_v,
  CASE WHEN x.r3_s NOT IN (1, 3) THEN 0 WHEN (x.q0_r0_s = 1 OR x.q0_r1_s = 1) THEN fp_union(CASE WHEN x.q0_r0_s = 1 THEN x.q0_r0_y ELSE 0 END, CASE WHEN x.q0_r1_s = 1 THEN x.q0_r1_y ELSE 0 END) WHEN x.q0_r1_s = 0 AND x.q0_r1_v = 0 THEN fp_reason(864690028943507456) ELSE fp_union(CASE WHEN x.q0_r0_s = 3 THEN x.q0_r0_y ELSE 0 END, CASE WHEN x.q0_r1_s = 3 THEN x.q0_r1_y ELSE 0 END) END AS r3_y
FROM x;
CREATE TEMP VIEW out0 AS
SELECT q.row AS row, q.r2_v AS v, 0 AS w, 0 AS n, 1 AS d, q.r2_s AS st, q.r2_y AS why FROM q1 AS q;
CREATE TEMP VIEW out1 AS
SELECT q.row AS row, 0 AS v, 0 AS w, fp_num(q.r3_v) AS n, fp_den(q.r3_v) AS d, q.r3_s AS st, q.r3_y AS why FROM q1 AS q;
