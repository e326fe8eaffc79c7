--- id = "access.t3"
--- kind = "median"
--- unit = "days"
--- better = "lower"
--- value = "days"
--- published = ["profession"]
--- name = { fi = "T3, kolmas vapaa aika", sv = "T3, tredje lediga tiden", en = "T3, third free slot" }
--- source = "THL 2020, T3: median over the calendars of one unit, calendar days, 182 when no time can be given"
--- [about]
--- fi = "Päiviä kysymyspäivästä kolmanteen vapaaseen kiireettömään aikaan, mediaani ammattilaisten ajanvarauskirjoista. Luku on 182 päivää, kun aikaa ei voi antaa yhteydenoton aikana."
--- sv = "Dagar från frågedagen till den tredje lediga icke-brådskande tiden, median över yrkespersonernas tidböcker. Talet är 182 dagar när ingen tid kan ges under kontakten."
--- en = "Days from the day of asking to the third free non-urgent slot, median over professionals' calendars. The figure is 182 days when no time can be given during the contact."
SELECT
  concat(professional_id, '/', service, '/', CAST(arrow_cast(asked_at, 'Int64') AS VARCHAR)) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  professional_id AS caller_key,
  unit_id,
  service,
  profession,
  professional_id,
  asked_at AS at,
  CAST(
    CASE
      WHEN listed OR third_at IS NULL THEN 182
      ELSE CAST(local_date(third_at) AS INT) - CAST(local_date(asked_at) AS INT)
    END AS DOUBLE
  ) AS days
FROM t3_readings
WHERE asked_at >= $from
  AND asked_at < $to
