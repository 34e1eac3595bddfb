-- Each extract against the roster: hid is NULL for a stranger or an invalid ID, ok is 1 when the name agrees too.
CREATE TABLE m_med AS SELECT r.hid, x.k, (r.name = x.name)::INT ok, x.day, x.kind, x.self_pay FROM med x LEFT JOIN reg r ON r.k = x.k;
CREATE TABLE m_inc AS SELECT r.hid, x.k, (r.name = x.name)::INT ok, x.amount, x.prev FROM inc x LEFT JOIN reg r ON r.k = x.k;
CREATE TABLE m_sch AS SELECT r.hid, x.k, (r.name = x.name)::INT ok, x.status, r.age FROM sch x LEFT JOIN reg r ON r.k = x.k;
CREATE TABLE m_hou AS SELECT r.hid, x.k, (r.name = x.name)::INT ok, x.grade FROM hou x LEFT JOIN reg r ON r.k = x.k;
CREATE TABLE m_dis AS SELECT r.hid, x.k, (r.name = x.name)::INT ok, x.level, x.issued FROM dis x LEFT JOIN reg r ON r.k = x.k;
CREATE TABLE m_veh AS SELECT r.hid, x.k, (r.name = x.name)::INT ok, x.price FROM veh x LEFT JOIN reg r ON r.k = x.k;
CREATE TABLE m_dib AS SELECT r.hid, x.k, (r.name = x.name)::INT ok FROM dib x LEFT JOIN reg r ON r.k = x.k;
