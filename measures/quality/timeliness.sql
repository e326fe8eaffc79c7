--- id = "quality.timeliness"
--- kind = "share"
--- unit = "share"
--- better = "higher"
--- hit = "in_time"
--- name = { fi = "Oikea-aikaisuus: määräajat pidetty", sv = "Rättidighet: tidsfrister som hölls", en = "Timeliness: deadlines kept" }
--- source = "OPTI names timeliness as one of five dimensions of quality (IOM 2001) without a definition; ours: share of running deadlines that were kept"
--- [about]
--- fi = "Osuus määräajoista, jotka pidettiin: vastaus yhteydenottoon ja hoidon alku tarpeen toteamisesta. Määräaika on se, joka oli voimassa, kun se alkoi. Ylitetty on myöhässä, vaikka asia olisi vielä auki; kesken oleva ei ole mukana."
--- sv = "Andel tidsfrister som hölls: svar på en kontakt och vårdens början sedan behovet konstaterades. Tidsfristen är den som gällde när den började. En överskriden frist är försenad även om ärendet är öppet; en pågående är inte med."
--- en = "Share of deadlines that were kept: the answer to a contact, and the beginning of care after a need was established. The deadline is the one in force when it began. One that has passed is late even while the matter is open; one still running is not counted."
SELECT
  contact_id AS case_id,
  resident_id,
  unit_id,
  opened_at AS at,
  CASE
    WHEN first_response_at <= $as_of AND first_response_at <= due_at THEN true
    WHEN due_at <= $as_of THEN false
  END AS in_time
FROM contacts
WHERE due_at IS NOT NULL
  AND kind = 'request'
  AND duplicate_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
UNION ALL
SELECT
  assessment_id AS case_id,
  resident_id,
  unit_id,
  need_established_at AS at,
  CASE
    WHEN exception IS NOT NULL THEN NULL
    WHEN met_at <= $as_of AND met_at <= due_at THEN true
    WHEN due_at <= $as_of AND (met_at IS NOT NULL OR closed_at IS NULL OR closed_at > due_at) THEN false
  END AS in_time
FROM assessments
WHERE due_at IS NOT NULL
  AND need_established_at >= $from
  AND need_established_at < $to
