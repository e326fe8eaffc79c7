--- id = "team.multiprofessional"
--- kind = "share"
--- unit = "share"
--- part_of = "volume.encounters"
--- better = "higher"
--- hit = "by_two"
--- name = { fi = "Moniammatillisesti hoidetut", sv = "De som vårdades av flera yrkesgrupper", en = "Clients met by two professions" }
--- source = "Team model pilot of the Future Social and Health Centre programme 2020–2022 names it without a definition; ours: met by two professions within 30 days"
--- [about]
--- fi = "Osuus kuukauden asiakkaista, joita tapasi ainakin kaksi eri ammattiryhmää 30 päivän kuluessa kuukauden ensimmäisestä käynnistä. Jokainen lasketaan kerran kuukaudessa, ensimmäisen käyntinsä yksikössä."
--- sv = "Andel av månadens klienter som minst två yrkesgrupper träffade inom 30 dagar från månadens första besök. Var och en räknas en gång i månaden, vid enheten för det första besöket."
--- en = "Share of the month's clients whom at least two professions met within 30 days of their first encounter in the month. Each counts once a month, at the unit of the first."
WITH firsts AS (
  SELECT encounter_id, resident_id, unit_id, profession, started_at
  FROM (
    SELECT
      encounter_id,
      resident_id,
      unit_id,
      profession,
      started_at,
      row_number() OVER (
        PARTITION BY resident_id, date_trunc('month', local_date(started_at))
        ORDER BY started_at, encounter_id
      ) AS place
    FROM encounters
    WHERE status = 'done'
      AND profession IS NOT NULL
      AND started_at >= $from
      AND started_at < $to
  )
  WHERE place = 1
),
others AS (
  SELECT DISTINCT f.encounter_id
  FROM firsts f
  JOIN encounters o ON o.resident_id = f.resident_id
  WHERE o.status = 'done'
    AND o.profession <> f.profession
    AND o.started_at >= f.started_at
    AND o.started_at <= f.started_at + INTERVAL '30 days'
    AND o.started_at <= $as_of
)
SELECT
  f.encounter_id AS case_id,
  f.resident_id,
  f.unit_id,
  f.started_at AS at,
  o.encounter_id IS NOT NULL AS by_two
FROM firsts f
LEFT JOIN others o ON o.encounter_id = f.encounter_id
