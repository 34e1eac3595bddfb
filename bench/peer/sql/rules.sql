-- The twenty rules. The placeholder is the threshold of R01 in fen.
WITH judged AS (
    SELECT hid, oop, inc, np,
        if(oop > {line} AND htype <> 2, 'R01|', '') ||                                     -- illness, not yet monitored
        if(oop * 2 > inc AND oop > 500000, 'R02|', '') ||                                  -- illness against income
        if(inc < 700000 * np AND inc > 0 AND htype <> 2, 'R03|', '') ||                    -- low income
        if(inc < 900000 * np AND nl = 0, 'R04|', '') ||                                    -- low income, nobody able
        if(ndrop > 0, 'R05|', '') ||                                                       -- dropped out of school
        if(unenr > 0 AND htype >= 1, 'R06|', '') ||                                        -- not on the school roll
        if(grade = 4, 'R07|', '') ||                                                       -- house of grade D
        if(grade = 3 AND inc < 1500000 * np, 'R08|', '') ||                                -- grade C and low income
        if(newd > 0, 'R09|', '') ||                                                        -- newly disabled
        if(sevd >= 2, 'R10|', '') ||                                                       -- two severely disabled
        if(sevd >= 1 AND nl = 0, 'R11|', '') ||                                            -- severely disabled, nobody able
        if(unemp >= 3, 'R12|', '') ||                                                      -- three able without income
        if(unemp = nl AND nl > 0 AND inc < 1000000 * np AND htype >= 1, 'R13|', '') ||     -- all able without income
        if(oopmax > 1200000, 'R14|', '') ||                                                -- one dear stay
        if(ninp >= 4, 'R15|', '') ||                                                       -- many stays
        if(ndib > 0 AND vmax > 15000000, 'R16|', '') ||                                    -- dibao and a dear car
        if(nveh >= 2 AND ndib > 0, 'R17|', '') ||                                          -- dibao and two cars
        if(ne = np AND inc < 1200000 * np, 'R18|', '') ||                                  -- only old people
        if(nc >= 3 AND inc < 1200000 * np, 'R19|', '') ||                                  -- many children
        if(inc * 2 < prev AND prev > 2000000, 'R20|', '') AS reasons                       -- income halved
    FROM household)
SELECT hid, reasons, oop, inc, np FROM judged WHERE reasons <> '' ORDER BY hid
