--- id = "quality.efficiency"
--- kind = "ratio"
--- unit = "encounters"
--- part_of = "volume.encounters"
--- better = "neither"
--- numerator = "visit"
--- denominator = "hours"
--- name = { fi = "Tehokkuus: käyntejä asiakastyön tuntia kohti", sv = "Effektivitet: besök per timme klientarbete", en = "Efficiency: encounters for an hour of client work" }
--- source = "OPTI names efficiency as one of five dimensions of quality (IOM 2001) without a definition; ours: encounters done for each hour that they took"
--- [about]
--- fi = "Toteutuneet käynnit ja etäasioinnit jaettuna niiden yhteenlasketulla kestolla tunteina. Mukana ovat käynnit, joiden loppu on kirjattu. Enemmän käyntejä tunnissa ei ole parempaa hoitoa."
--- sv = "Genomförda besök och distanskontakter delade med deras sammanlagda längd i timmar. Besök vars slut har antecknats är med. Fler besök i timmen är inte bättre vård."
--- en = "Encounters done divided by the hours that they took together. Those whose end was recorded are in it. More encounters in an hour are no better care."
SELECT
  encounter_id AS case_id,
  resident_id,
  unit_id,
  profession,
  started_at AS at,
  1 AS visit,
  CAST(arrow_cast(ended_at, 'Int64') - arrow_cast(started_at, 'Int64') AS DOUBLE) / 3600000000 AS hours
FROM encounters
WHERE status = 'done'
  AND ended_at > started_at
  AND started_at >= $from
  AND started_at < $to
