-- The citizen ID (GB 11643): its first 17 digits as a number when it is valid, else NULL. t is trimmed and in upper case.
CREATE MACRO id_digits(t) AS
    CASE length(t)
        WHEN 18 THEN try_cast(substr(t, 1, 17) AS BIGINT)
        WHEN 15 THEN try_cast(substr(t, 1, 6) || '19' || substr(t, 7, 9) AS BIGINT)
    END;

CREATE MACRO id_born_plausibly(n) AS
    n // 1000 % 100 BETWEEN 1 AND 31 AND n // 100000 % 100 BETWEEN 1 AND 12 AND n // 10000000 % 10000 BETWEEN 1900 AND 2026;

CREATE MACRO id_check(n) AS substr('10X98765432', ((
     7 * (n // 10000000000000000 % 10) +  9 * (n // 1000000000000000 % 10) + 10 * (n // 100000000000000 % 10) +
     5 * (n // 10000000000000 % 10) +  8 * (n // 1000000000000 % 10) +  4 * (n // 100000000000 % 10) +
     2 * (n // 10000000000 % 10) +  1 * (n // 1000000000 % 10) +  6 * (n // 100000000 % 10) +
     3 * (n // 10000000 % 10) +  7 * (n // 1000000 % 10) +  9 * (n // 100000 % 10) +
    10 * (n // 10000 % 10) +  5 * (n // 1000 % 10) +  8 * (n // 100 % 10) +
     4 * (n // 10 % 10) +  2 * (n % 10)) % 11 + 1)::BIGINT, 1);

CREATE MACRO id_key(t, n) AS
    CASE WHEN id_born_plausibly(n) AND (length(t) = 15 OR substr(t, 18, 1) = id_check(n)) THEN n END;
