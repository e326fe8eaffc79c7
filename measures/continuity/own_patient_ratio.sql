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
--- en = "Of the visits given by physicians who hold a list, those by residents of the physician's own list."
SELECT
  e.encounter_id AS case_id,
  e.resident_id,
  e.unit_id,
  e.professional_id,
  e.started_at AS at,
  CASE WHEN r.resident_id IS NULL THEN 0 ELSE 1 END AS own,
  1 AS visit
FROM encounters e
JOIN (
  SELECT physician_id, min(valid_from) AS since
  FROM registrations
  WHERE physician_id IS NOT NULL
  GROUP BY physician_id
) holder ON holder.physician_id = e.professional_id AND local_date(e.started_at) >= holder.since
LEFT JOIN registrations r
  ON r.resident_id = e.resident_id
  AND r.physician_id = e.professional_id
  AND r.valid_from <= local_date(e.started_at)
  AND (r.valid_to IS NULL OR r.valid_to > local_date(e.started_at))
WHERE e.status = 'done'
  AND e.profession = 'physician'
  AND e.modality IN ('in_person', 'home', 'phone', 'video')
  AND (e.urgency IS NULL OR e.urgency IN ('routine', 'soon'))
  AND e.started_at >= $from
  AND e.started_at < $to
