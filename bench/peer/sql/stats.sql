WITH seen(src, n, valid, listed, ok) AS (
    SELECT 'dib', count(*), count(k), count(hid), sum(ok) FROM m_dib
    UNION ALL SELECT 'dis', count(*), count(k), count(hid), sum(ok) FROM m_dis
    UNION ALL SELECT 'hou', count(*), count(k), count(hid), sum(ok) FROM m_hou
    UNION ALL SELECT 'inc', count(*), count(k), count(hid), sum(ok) FROM m_inc
    UNION ALL SELECT 'med', count(*), count(k), count(hid), sum(ok) FROM m_med
    UNION ALL SELECT 'reg', count(*), count(k), count(k), count(k) FROM reg_all
    UNION ALL SELECT 'sch', count(*), count(k), count(hid), sum(ok) FROM m_sch
    UNION ALL SELECT 'veh', count(*), count(k), count(hid), sum(ok) FROM m_veh
)
SELECT src, n, n - valid AS invalid, valid - listed AS unmatched, listed - ok AS namediff, ok FROM seen ORDER BY src
