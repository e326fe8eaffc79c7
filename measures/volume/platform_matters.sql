--- id = "volume.platform_matters"
--- kind = "count"
--- unit = "contacts"
--- better = "neither"
--- published = ["service"]
--- name = { fi = "Asiat alustalla", sv = "Ärenden på plattformen", en = "Matters on the platform" }
--- source = "Final report of Western Uusimaa county's programme 2025: just under 20,000 a month in outpatient care"
--- about = { fi = "Asiakkaiden yhteydenotot digitaalisen asiointialustan kautta. Palvelu on ryhmittely.", sv = "Klienternas kontakter via den digitala plattformen. Tjänsten är en gruppering.", en = "Contacts by clients through the digital platform. The service is a grouping." }
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  opened_at AS at
FROM contacts
WHERE platform IS NOT NULL
  AND kind = 'request'
  AND part_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
