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
--- [mental.navigator_seniors]
--- id = "mental.navigator_seniors"
--- population = "of_old"
--- name = { fi = "Terapianavigaattorin vastaukset, 65 vuotta täyttäneet", sv = "Svar i terapinavigatorn, personer som fyllt 65", en = "Therapy Navigator answers of people of 65 or more" }
--- source = "Recognition and support of mental health in Senior-info, Western Uusimaa county's programme 2025; the source gives no value"
--- about = { fi = "Vastaukset terapianavigaattoriin niiltä, jotka täyttävät vastausvuonna ainakin 65 vuotta.", sv = "Svar i terapinavigatorn av dem som under svarsåret fyller minst 65 år.", en = "Therapy Navigator answers of those who turn 65 or more in the year of the answer." }
---
--- [mental.navigator_youth]
--- id = "mental.navigator_youth"
--- population = "of_families"
--- name = { fi = "Interventionavigaattorin vastaukset", sv = "Svar i interventionsnavigatorn", en = "Intervention Navigator answers" }
--- source = "Final report of Western Uusimaa county's programme 2025: 200 a month on average"
--- about = { fi = "Lasten, nuorten ja perheiden vastaukset interventionavigaattoriin.", sv = "Barns, ungas och familjers svar i interventionsnavigatorn.", en = "Answers of children, young people and families to the Intervention Navigator." }
SELECT
  a.response_id AS case_id,
  a.resident_id,
  a.unit_id,
  a.answered_at AS at,
  a.instrument = 'therapy_navigator' AS of_adults,
  a.instrument = 'therapy_navigator' AND coalesce(date_part('year', a.answered_at) - p.birth_year >= 65, false) AS of_old,
  a.instrument = 'intervention_navigator' AS of_families
FROM responses a
LEFT JOIN residents p ON p.resident_id = a.resident_id
WHERE a.instrument IN ('therapy_navigator', 'intervention_navigator')
  AND a.answered_at >= $from
  AND a.answered_at < $to
