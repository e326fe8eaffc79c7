--- kind = "count"
--- unit = "answers"
--- better = "neither"
---
--- [mental.navigator_adults]
--- id = "mental.navigator_adults"
--- population = "of_adults"
--- name = { fi = "Terapianavigaattorin vastaukset", sv = "Svar i terapinavigatorn", en = "Therapy Navigator answers" }
--- source = "Final report of Western Uusimaa county's programme 2025: 1,300 a month on average in 2025"
--- about = { fi = "Aikuisten vastaukset terapianavigaattoriin ennen hoidon tarpeen arviota.", sv = "Vuxnas svar i terapinavigatorn före bedömningen av vårdbehovet.", en = "Answers of adults to the Therapy Navigator, before the need of care is assessed." }
---
--- [mental.navigator_youth]
--- id = "mental.navigator_youth"
--- population = "of_families"
--- name = { fi = "Interventionavigaattorin vastaukset", sv = "Svar i interventionsnavigatorn", en = "Intervention Navigator answers" }
--- source = "Final report of Western Uusimaa county's programme 2025: 200 a month on average"
--- about = { fi = "Lasten, nuorten ja perheiden vastaukset interventionavigaattoriin.", sv = "Barns, ungas och familjers svar i interventionsnavigatorn.", en = "Answers of children, young people and families to the Intervention Navigator." }
SELECT
  response_id AS case_id,
  resident_id,
  unit_id,
  answered_at AS at,
  instrument = 'therapy_navigator' AS of_adults,
  instrument = 'intervention_navigator' AS of_families
FROM responses
WHERE instrument IN ('therapy_navigator', 'intervention_navigator')
  AND answered_at >= $from
  AND answered_at < $to
