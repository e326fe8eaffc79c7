--- id = "volume.remote_only_clients"
--- kind = "count"
--- part_of = "volume.encounters"
--- unit = "persons"
--- better = "neither"
--- name = { fi = "Vain etänä hoidetut", sv = "De som enbart vårdades på distans", en = "People treated only remotely" }
--- source = "Future Social and Health Centre programme 2020–2022, clients who need much: people treated remotely; remote as in the care register (contact modes R52, R56)"
--- [about]
--- fi = "Ihmiset, joiden kuukauden kaikki toteutuneet käynnit olivat puhelimessa, videolla, chatissa tai viestillä. Jokainen lasketaan kerran kuukaudessa, ensimmäisen käyntinsä yksikössä."
--- sv = "Personer vars alla genomförda besök under månaden var per telefon, video, chatt eller meddelande. Var och en räknas en gång i månaden, vid enheten för det första besöket."
--- en = "People all of whose encounters done in the month were by phone, video, chat or message. Each counts once a month, at the unit of the first."
WITH met AS (
  SELECT
    encounter_id,
    resident_id,
    unit_id,
    service,
    started_at,
    row_number() OVER (
      PARTITION BY resident_id, date_trunc('month', local_date(started_at))
      ORDER BY started_at, encounter_id
    ) AS place,
    min(CASE WHEN modality IN ('phone', 'video', 'chat', 'message', 'letter') THEN 1 ELSE 0 END) OVER (
      PARTITION BY resident_id, date_trunc('month', local_date(started_at))
    ) AS all_remote
  FROM encounters
  WHERE status = 'done'
    AND (modality IS NULL OR modality NOT IN ('consultation', 'meeting', 'case_work'))
    AND started_at >= $from
    AND started_at < $to
)
SELECT encounter_id AS case_id, resident_id, unit_id, service, started_at AS at
FROM met
WHERE place = 1
  AND all_remote = 1
