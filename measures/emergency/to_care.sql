--- id = "access.emergency_to_care_days"
--- kind = "median"
--- unit = "days"
--- part_of = "volume.encounters"
--- better = "lower"
--- value = "days"
--- name = { fi = "Päivystyksestä mielenterveyspalveluun", sv = "Från jouren till den psykiska hälsovården", en = "From the emergency department to mental health care" }
--- source = "Mental health workers in the emergency department, Western Uusimaa county's programme 2025; the source gives no value, and thirty days are ours"
--- [about]
--- fi = "Päiviä päivystyskäynnistä ensimmäiseen käyntiin mielenterveys- ja päihdepalveluissa, mediaani, paikalliset päivät. Mukana ovat ne, jotka tulivat palveluun 30 päivän kuluessa."
--- sv = "Dagar från ett jourbesök till det första besöket i tjänsterna för psykisk hälsa och missbruk, median, lokala dagar. De som kom till tjänsten inom 30 dagar är med."
--- en = "Days from an emergency visit to the first visit of mental health and substance services, median, local days. Those who came to them within 30 days are in it."
SELECT
  e.encounter_id AS case_id,
  e.resident_id,
  e.unit_id,
  e.started_at AS at,
  CAST(CAST(local_date(min(m.started_at)) AS INT) - CAST(local_date(e.started_at) AS INT) AS DOUBLE) AS days
FROM encounters e
JOIN encounters m ON m.resident_id = e.resident_id
WHERE e.service = 'emergency'
  AND e.status = 'done'
  AND m.service = 'mental_health'
  AND m.status = 'done'
  AND m.started_at > e.started_at
  AND m.started_at <= $as_of
  AND CAST(local_date(m.started_at) AS INT) - CAST(local_date(e.started_at) AS INT) <= 30
  AND e.started_at >= $from
  AND e.started_at < $to
GROUP BY e.encounter_id, e.resident_id, e.unit_id, e.started_at
