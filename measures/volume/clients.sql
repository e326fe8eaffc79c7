--- id = "volume.clients"
--- kind = "persons"
--- part_of = "volume.encounters"
--- unit = "persons"
--- better = "neither"
--- name = { fi = "Asiakkaat", sv = "Klienter", en = "Clients" }
--- source = "Final report of Western Uusimaa county's programme 2025, OPTI: clients; distinct people with an encounter done"
--- about = { fi = "Eri ihmiset, joilla on jaksolla toteutunut käynti tai etäasiointi. Ylemmällä tasolla jokainen lasketaan kerran.", sv = "Olika personer som under perioden har haft ett genomfört besök eller en distanskontakt. På en högre nivå räknas var och en en gång.", en = "Different people with a visit or remote encounter done in the period. At a higher level each counts once." }
SELECT
  encounter_id AS case_id,
  resident_id,
  unit_id,
  service,
  started_at AS at
FROM encounters
WHERE status = 'done'
  AND started_at >= $from
  AND started_at < $to
