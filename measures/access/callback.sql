--- better = "higher"
--- kind = "share"
--- part_of = "volume.callbacks"
--- unit = "share"
---
--- [access.callback_24h]
--- id = "access.callback_24h"
--- hit = "within_24h"
--- name = { fi = "Takaisinsoitto 24 tunnissa", sv = "Återuppringning inom 24 timmar", en = "Called back within 24 hours" }
--- source = "Final report of Western Uusimaa county's programme 2025, families' services; an answer at the limit itself is on time, and what is open past it counts as late"
--- [access.callback_24h.about]
--- fi = "Osuus takaisinsoittopyynnöistä, joihin vastattiin 24 tunnin kuluessa. Pyyntö, jonka määräaika on kulunut ilman vastausta, on myöhässä. Pyyntö, jonka määräaika ei ole vielä kulunut, ei ole mukana. Toistetut pyynnöt lasketaan kerran."
--- sv = "Andel av begäran om återuppringning som besvarades inom 24 timmar. En begäran vars tid har gått ut utan svar är försenad. En begäran vars tid ännu inte har gått ut är inte med. Upprepade begäran räknas en gång."
--- en = "Share of callback requests answered within 24 hours. A request past its limit without an answer is late. A request still within its limit is not counted. Repeated requests count once."
---
--- [access.callback_same_day]
--- id = "access.callback_same_day"
--- hit = "same_day"
--- population = "after_the_reform"
--- version = 2
--- name = { fi = "Takaisinsoitto samana päivänä", sv = "Återuppringning samma dag", en = "Called back the same day" }
--- source = "Act 1326/2010 § 51 as in HE 74/2022, in force from 1 September 2023: contact and assessment of need on the same weekday; rules/calendar.toml, rule contact"
--- [access.callback_same_day.about]
--- fi = "Osuus takaisinsoittopyynnöistä, joihin vastattiin ja joiden hoidon tarve arvioitiin saman arkipäivän aikana. Virka-ajan jälkeen tullut pyyntö kuuluu seuraavaan arkipäivään. Mukana ovat pyynnöt 1.9.2023 alkaen, jolloin laki tuli voimaan."
--- sv = "Andel av begäran om återuppringning som besvarades och där vårdbehovet bedömdes samma vardag. En begäran efter tjänstetid hör till följande vardag. Med är begäran från den 1 september 2023, då lagen trädde i kraft."
--- en = "Share of callback requests answered, and the need of care assessed, on the same weekday. A request after office hours belongs to the next weekday. Requests from 1 September 2023, when the act came into force."
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  opened_at AS at,
  CASE
    WHEN opened_at + INTERVAL '24 hours' > $as_of THEN NULL
    ELSE first_response_at IS NOT NULL AND first_response_at <= opened_at + INTERVAL '24 hours'
  END AS within_24h,
  CASE
    WHEN office_due(opened_at, 'contact') > $as_of THEN NULL
    ELSE first_response_at IS NOT NULL
      AND assessed_at IS NOT NULL
      AND first_response_at <= office_due(opened_at, 'contact')
      AND assessed_at <= office_due(opened_at, 'contact')
  END AS same_day,
  -- Before, the third weekday was the limit: two rules are no one line.
  opened_at >= TIMESTAMP '2023-08-31T21:00:00Z' AS after_the_reform
FROM contacts
WHERE channel = 'callback'
  AND kind = 'request'
  AND duplicate_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
