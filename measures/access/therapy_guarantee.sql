--- [access.therapy_guarantee]
--- id = "access.therapy_guarantee"
--- kind = "share"
--- unit = "share"
--- better = "higher"
--- hit = "within_28_days"
--- name = { fi = "Terapiatakuu: hoitoon 28 päivässä", sv = "Terapigarantin: vård inom 28 dagar", en = "Therapy guarantee: care within 28 days" }
--- source = "Final report of Western Uusimaa county's programme 2025: 91 % within 28 days, November 2025; Act 1326/2010 § 53 a"
--- [access.therapy_guarantee.about]
--- fi = "Osuus nuorista, joiden terapia alkoi 28 päivän kuluessa siitä, kun tarve todettiin. Se, jonka määräaika on kulunut ilman hoitoa, on myöhässä; se, jonka määräaika ei ole vielä kulunut tai jota takuu ei sido, ei ole mukana."
--- sv = "Andel unga vars terapi började inom 28 dagar från att behovet konstaterades. Den vars tid har gått ut utan vård är försenad; den vars tid ännu inte har gått ut, eller som garantin inte binder för, är inte med."
--- en = "Share of young people whose therapy began within 28 days of the need being established. One whose time is over without care is late; one whose time is not over, or for whom a recorded exception unbinds the guarantee, is not counted."
---
--- [access.care_wait_mean]
--- id = "access.care_wait_mean"
--- kind = "mean"
--- unit = "days"
--- better = "lower"
--- value = "days"
--- name = { fi = "Odotus terapiaan, keskiarvo", sv = "Väntan på terapi, medelvärde", en = "Wait for therapy, mean" }
--- source = "Final report of Western Uusimaa county's programme 2025: 11 days on average, November 2025"
--- [access.care_wait_mean.about]
--- fi = "Päiviä tarpeen toteamisesta terapian alkuun, paikalliset päivät. Vielä odottavat näkyvät kattavuudessa."
--- sv = "Dagar från att behovet konstaterades till att terapin började, lokala dagar. De som ännu väntar syns i täckningen."
--- en = "Days from the need being established to the start of therapy, local days. Those who still wait show in the coverage."
SELECT
  assessment_id AS case_id,
  resident_id,
  unit_id,
  need_established_at AS at,
  CASE
    WHEN exception IS NOT NULL THEN NULL
    WHEN met_at <= $as_of AND met_at <= COALESCE(due_at, need_established_at + INTERVAL '28 days') THEN true
    WHEN COALESCE(due_at, need_established_at + INTERVAL '28 days') > $as_of THEN NULL
    ELSE false
  END AS within_28_days,
  CASE
    WHEN met_at <= $as_of THEN CAST(CAST(local_date(met_at) AS INT) - CAST(local_date(need_established_at) AS INT) AS DOUBLE)
  END AS days
FROM assessments
WHERE guarantee = 'therapy'
  AND need_established_at >= $from
  AND need_established_at < $to
