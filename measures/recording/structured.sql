--- id = "recording.structured_share"
--- kind = "share"
--- unit = "share"
--- part_of = "volume.encounters"
--- better = "higher"
--- hit = "coded"
--- published = ["profession"]
--- name = { fi = "Käynnit, joiden syy on kirjattu koodilla", sv = "Besök vars orsak har antecknats med kod", en = "Encounters with a coded reason" }
--- source = "Uniform recording practices, Western Uusimaa county's programme 2025: share of visits with diagnosis and reason recorded, as data quality beside the care guarantee; the source gives no value"
--- [about]
--- fi = "Osuus toteutuneista käynneistä, joille on kirjattu käynnin syy koodilla (ICD-10 tai ICPC-2). Hyväkään luku ei kerro mitään, jos käyntejä jää kirjaamatta."
--- sv = "Andel genomförda besök för vilka besöksorsaken har antecknats med en kod (ICD-10 eller ICPC-2). Också en bra siffra säger inget om besök blir oantecknade."
--- en = "Share of encounters done whose reason is recorded as a code (ICD-10 or ICPC-2). A good figure tells nothing where encounters are not recorded at all."
SELECT
  encounter_id AS case_id,
  resident_id,
  unit_id,
  service,
  profession,
  started_at AS at,
  reason IS NOT NULL OR reasons IS NOT NULL AS coded
FROM encounters
WHERE status = 'done'
  AND started_at >= $from
  AND started_at < $to
