--- id = "high_need.recognised"
--- kind = "count"
--- unit = "persons"
--- better = "neither"
--- name = { fi = "Tunnistetut paljon palveluja tarvitsevat", sv = "Identifierade med stort servicebehov", en = "Recognised as needing much" }
--- source = "Future Social and Health Centre programme 2020–2022, clients who need much and health-benefit patients: identified; the source gives no value"
--- about = { fi = "Asukkaat, jotka on otettu paljon palveluja tarvitsevien tai terveyshyötyarvion asiakkaiksi, aloituspäivänään.", sv = "Invånare som har tagits in som klienter med stort servicebehov eller för hälsonytta, den dag då det började.", en = "Residents taken on as clients who need much or for health benefit, on the day on which it began." }
SELECT
  enrolment_id AS case_id,
  resident_id,
  unit_id,
  started_at AS at
FROM enrolments
WHERE kind IN ('high_need', 'health_benefit')
  AND started_at >= $from
  AND started_at < $to
