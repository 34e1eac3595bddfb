-- One row a household: what the rules ask. Money in fen. Able: labour 1 or 2 and of working age.
CREATE TABLE household AS
WITH
people AS (
    SELECT hid, count(*) np, count(*) FILTER (WHERE labour <= 2 AND age BETWEEN 16 AND 59) nl,
           count(*) FILTER (WHERE age >= 60) ne, count(*) FILTER (WHERE age < 16) nc, max(hh_type) htype
    FROM reg GROUP BY hid),
medical AS (
    SELECT hid, sum(self_pay) oop, max(self_pay) oopmax, count(*) FILTER (WHERE kind = 1) ninp
    FROM m_med WHERE ok = 1 AND day BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY hid),
income AS (SELECT hid, sum(amount) inc, sum(prev) prev FROM m_inc WHERE ok = 1 GROUP BY hid),
school AS (SELECT hid, count(*) FILTER (WHERE status = 2 AND age BETWEEN 6 AND 15) ndrop FROM m_sch WHERE ok = 1 GROUP BY hid),
housing AS (SELECT hid, max(grade) grade FROM m_hou WHERE ok = 1 GROUP BY hid),
disability AS (
    SELECT hid, count(*) FILTER (WHERE issued >= '2026-01-01') newd, count(*) FILTER (WHERE level <= 2) sevd
    FROM m_dis WHERE ok = 1 GROUP BY hid),
vehicle AS (SELECT hid, count(*) nveh, max(price) vmax FROM m_veh WHERE ok = 1 GROUP BY hid),
dibao AS (SELECT hid, count(*) ndib FROM m_dib WHERE ok = 1 GROUP BY hid),
jobless AS (
    SELECT hid, count(*) unemp FROM reg r
    WHERE labour <= 2 AND age BETWEEN 16 AND 59
      AND NOT EXISTS (SELECT 1 FROM m_inc x WHERE x.k = r.k AND x.ok = 1 AND x.amount > 0)
    GROUP BY hid),
unschooled AS (
    SELECT hid, count(*) unenr FROM reg r
    WHERE age BETWEEN 6 AND 15 AND NOT EXISTS (SELECT 1 FROM m_sch x WHERE x.k = r.k AND x.ok = 1)
    GROUP BY hid)
SELECT p.hid, np, nl, ne, nc, htype,
       coalesce(oop, 0) oop, coalesce(oopmax, 0) oopmax, coalesce(ninp, 0) ninp, coalesce(inc, 0) inc, coalesce(prev, 0) prev,
       coalesce(ndrop, 0) ndrop, coalesce(unenr, 0) unenr, coalesce(grade, 0) grade, coalesce(newd, 0) newd, coalesce(sevd, 0) sevd,
       coalesce(nveh, 0) nveh, coalesce(vmax, 0) vmax, coalesce(ndib, 0) ndib, coalesce(unemp, 0) unemp
FROM people p
LEFT JOIN medical m ON m.hid = p.hid LEFT JOIN income i ON i.hid = p.hid LEFT JOIN school s ON s.hid = p.hid
LEFT JOIN housing g ON g.hid = p.hid LEFT JOIN disability d ON d.hid = p.hid LEFT JOIN vehicle v ON v.hid = p.hid
LEFT JOIN dibao b ON b.hid = p.hid LEFT JOIN jobless j ON j.hid = p.hid LEFT JOIN unschooled u ON u.hid = p.hid
