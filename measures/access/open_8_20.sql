--- id = "access.open_8_20"
--- kind = "share"
--- unit = "share"
--- better = "higher"
--- impersonal = true
--- hit = "in_full"
--- name = { fi = "Avoinna 8–20", sv = "Öppet 8–20", en = "Open from 8 to 20" }
--- source = "Acute reception of Western Uusimaa county's programme 2025: open from 8 to 20 on every day of the year; opening hours as they came to be"
--- [about]
--- fi = "Osuus päivistä, joina kiirevastaanotto oli avoinna ainakin kello 8–20. Päivä, jona vastaanotto suljettiin kesken, ei ollut kokonaan avoinna."
--- sv = "Andel dagar då akutmottagningen var öppen åtminstone klockan 8–20. En dag då mottagningen stängdes i förtid var inte helt öppen."
--- en = "Share of days on which the acute reception was open at least from 8 am to 8 pm. A day on which it closed early was not open in full."
WITH days AS (
  SELECT
    unit_id,
    service,
    day,
    min(opens_at) AS opens,
    max(closes_at) AS closes,
    sum(arrow_cast(closes_at, 'Int64') - arrow_cast(opens_at, 'Int64')) AS lasts,
    bool_or(NOT planned) AS changed
  FROM openings
  WHERE service = 'emergency'
  GROUP BY unit_id, service, day
)
SELECT
  concat(unit_id, '/', service, '/', CAST(day AS VARCHAR)) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  unit_id,
  service,
  opens AS at,
  date_part('hour', arrow_cast(opens, 'Timestamp(Microsecond, Some("Europe/Helsinki"))'))
    + date_part('minute', arrow_cast(opens, 'Timestamp(Microsecond, Some("Europe/Helsinki"))')) / 60.0 <= 8
    AND (
      date_part('hour', arrow_cast(closes, 'Timestamp(Microsecond, Some("Europe/Helsinki"))')) >= 20
      OR local_date(closes) > day
    )
    AND lasts >= arrow_cast(closes, 'Int64') - arrow_cast(opens, 'Int64') AS in_full
FROM days
WHERE (closes <= $as_of OR changed)
  AND opens >= $from
  AND opens < $to
