--- kind = "share"
--- unit = "share"
--- better = "higher"
---
--- [access.care_guarantee]
--- id = "access.care_guarantee"
--- hit = "in_time"
--- name = { fi = "Hoitotakuu toteutui", sv = "Vårdgarantin uppfylld", en = "Care guarantee met" }
--- source = "Act 1326/2010 § 51 a: seven days from 1 September 2023, fourteen for adults from 1 January 2025; the limit stands on the row, by rules/clocks/care-guarantee.toml"
--- [access.care_guarantee.about]
--- fi = "Osuus hoidon tarpeista, joihin hoito alkoi viimeistään lain määräajassa. Se, jonka määräaika on kulunut ilman hoitoa, on myöhässä; se, jonka määräaika ei ole vielä kulunut, jolla on kirjattu poikkeus tai joka ei enää tarvinnut hoitoa ennen määräaikaa, ei ole mukana."
--- sv = "Andel vårdbehov där vården började senast inom lagens tid. Den vars tid har gått ut utan vård är försenad; den vars tid inte har gått ut, som har ett antecknat undantag eller som inte längre behövde vård före tidsfristen är inte med."
--- en = "Share of needs of care in which care began within the law's time. One whose time is over without care is late; one whose time is not over, who has a recorded exception, or who no longer needed care before the limit is not counted."
---
--- [access.care_within_week]
--- id = "access.care_within_week"
--- hit = "within_week"
--- name = { fi = "Hoitoon viikossa", sv = "Till vården inom en vecka", en = "Care within a week" }
--- source = "Team model of Kilo, Future Social and Health Centre programme 2020–2022: care within a week of the need, whatever the law's time"
--- [access.care_within_week.about]
--- fi = "Osuus hoidon tarpeista, joihin hoito alkoi seitsemän paikallisen päivän kuluessa tarpeen toteamisesta. Se, jonka viikko on kesken, ei ole mukana."
--- sv = "Andel vårdbehov där vården började inom sju lokala dagar från att behovet konstaterades. Den vars vecka pågår är inte med."
--- en = "Share of needs of care in which care began within seven local days of the need being established. One whose week is under way is not counted."
SELECT
  assessment_id AS case_id,
  resident_id,
  unit_id,
  need_established_at AS at,
  CASE
    WHEN exception IS NOT NULL OR due_at IS NULL THEN NULL
    WHEN met_at <= $as_of AND met_at <= due_at THEN true
    WHEN due_at > $as_of THEN NULL
    WHEN closed_at <= due_at AND met_at IS NULL THEN NULL
    ELSE false
  END AS in_time,
  CASE
    WHEN met_at <= $as_of AND CAST(local_date(met_at) AS INT) - CAST(local_date(need_established_at) AS INT) <= 7 THEN true
    WHEN CAST(local_date($as_of) AS INT) - CAST(local_date(need_established_at) AS INT) <= 7 THEN NULL
    WHEN met_at IS NULL AND CAST(local_date(closed_at) AS INT) - CAST(local_date(need_established_at) AS INT) <= 7 THEN NULL
    ELSE false
  END AS within_week
FROM assessments
WHERE guarantee = 'care'
  AND need_established_at >= $from
  AND need_established_at < $to
