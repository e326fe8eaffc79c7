--- id = "emergency.joint_visitors"
--- kind = "persons"
--- part_of = "volume.encounters"
--- unit = "persons"
--- better = "lower"
--- name = { fi = "Päivystyksessä käyneet", sv = "De som besökte jouren", en = "Visitors of the emergency department" }
--- source = "Future Social and Health Centre programme 2020–2022: joint emergency visitors, fewer than in the same months of 2019; pandemic years are no ground for comparison"
--- about = { fi = "Eri ihmiset, jotka kävivät jaksolla yhteispäivystyksessä tai kiirevastaanotolla. Jokainen lasketaan kerran.", sv = "Olika personer som under perioden besökte samjouren eller akutmottagningen. Var och en räknas en gång.", en = "Different people who came to the joint emergency department or the acute reception in the period. Each counts once." }
SELECT
  encounter_id AS case_id,
  resident_id,
  unit_id,
  service,
  started_at AS at
FROM encounters
WHERE service = 'emergency'
  AND status = 'done'
  AND started_at >= $from
  AND started_at < $to
