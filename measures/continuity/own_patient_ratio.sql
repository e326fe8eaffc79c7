--- id = "continuity.own_patient_ratio"
--- kind = "ratio"
--- unit = "share"
--- better = "higher"
--- numerator = "own"
--- denominator = "visit"
--- window_months = 12
--- name = { fi = "Omien potilaiden osuus, OPR", sv = "Egna patienters andel, OPR", en = "Own patient ratio, OPR" }
--- source = "Sidaway-Lee et al. 2023 (doi 10.3399/bjgp23X733161), Table 2: own people's visits / all visits that the professional gave"
--- [about]
--- fi = "Listaa pitävien lääkärien antamista käynneistä ne, joissa asukas oli lääkärin omalta listalta."
--- sv = "Av besöken hos läkare som har en lista de där invånaren stod på läkarens egen lista."
--- en = "Of the visits given by doctors who hold a list, those by residents of the doctor’s own list."
WITH visits AS (
  SELECT
    e.encounter_id,
    e.resident_id,
    e.unit_id,
    e.professional_id,
    e.started_at,
    local_date(e.started_at) AS day
  FROM encounters e
  JOIN (
    SELECT physician_id, min(valid_from) AS since, max(coalesce(valid_to, DATE '9999-12-31')) AS until
    FROM registrations
    WHERE physician_id IS NOT NULL
    GROUP BY physician_id
  ) holder ON holder.physician_id = e.professional_id
    AND local_date(e.started_at) >= holder.since
    AND local_date(e.started_at) < holder.until
  WHERE e.status = 'done'
    AND e.profession = 'physician'
    AND e.modality IN ('in_person', 'home', 'workplace', 'institution', 'elsewhere', 'phone', 'video')
    AND (e.urgency IS NULL OR e.urgency IN ('routine', 'soon'))
    AND e.started_at >= $from
    AND e.started_at < $to
)
SELECT encounter_id AS case_id, resident_id, unit_id, professional_id, started_at AS at, 1 AS own, 1 AS visit
FROM visits v
WHERE EXISTS (
  SELECT 1
  FROM registrations r
  WHERE r.resident_id = v.resident_id
    AND r.physician_id = v.professional_id
    AND r.valid_from <= v.day
    AND (r.valid_to IS NULL OR r.valid_to > v.day)
)
UNION ALL
SELECT encounter_id AS case_id, resident_id, unit_id, professional_id, started_at AS at, 0 AS own, 1 AS visit
FROM visits v
WHERE NOT EXISTS (
  SELECT 1
  FROM registrations r
  WHERE r.resident_id = v.resident_id
    AND r.physician_id = v.professional_id
    AND r.valid_from <= v.day
    AND (r.valid_to IS NULL OR r.valid_to > v.day)
)
