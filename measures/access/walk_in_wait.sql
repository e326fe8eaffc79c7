--- id = "access.walk_in_wait"
--- kind = "median"
--- unit = "minutes"
--- part_of = "volume.walk_ins"
--- better = "lower"
--- value = "minutes"
--- resolution = 0.1
--- published = ["service"]
--- name = { fi = "Odotus ilman aikaa tulleilla, mediaani", sv = "Väntan för dem som kom utan tid, median", en = "Wait of walk-ins, median" }
--- source = "Acute reception of Western Uusimaa county's programme 2025; the county's own definition: from coming to being taken in"
--- [about]
--- fi = "Minuutteja tulosta vastaanottoon. Ne, jotka odottavat vielä tai lähtivät ennen vuoroaan, näkyvät kattavuudessa."
--- sv = "Minuter från ankomsten till mottagningen. De som ännu väntar eller gick innan det blev deras tur syns i täckningen."
--- en = "Minutes from coming to being seen. Those who still wait, or left before their turn, show in the coverage."
SELECT
  c.contact_id AS case_id,
  c.resident_id,
  c.caller_key,
  c.unit_id,
  c.service,
  c.opened_at AS at,
  -- The log has somebody who came as met on arrival; on a list they are seen when the visit begins.
  CAST(
    CASE
      WHEN v.seen_at >= c.opened_at THEN arrow_cast(v.seen_at, 'Int64') - arrow_cast(c.opened_at, 'Int64')
      WHEN c.outcome IS NOT NULL AND c.outcome <> 'abandoned'
        THEN arrow_cast(c.first_response_at, 'Int64') - arrow_cast(c.opened_at, 'Int64')
    END AS DOUBLE
  ) / 60000000 AS minutes
FROM contacts c
LEFT JOIN (
  SELECT contact_id, min(started_at) AS seen_at
  FROM encounters
  WHERE contact_id IS NOT NULL
    AND status = 'done'
    AND started_at <= $as_of
  GROUP BY contact_id
) v ON v.contact_id = c.contact_id
WHERE c.channel = 'walk_in'
  AND c.kind = 'request'
  AND c.part_of IS NULL
  AND c.opened_at >= $from
  AND c.opened_at < $to
