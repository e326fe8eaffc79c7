--- better = "higher"
--- kind = "share"
--- unit = "share"
---
--- [access.callback_24h]
--- hit = "within_24h"
--- name = { fi = "Takaisinsoitto 24 tunnissa", sv = "Återuppringning inom 24 timmar", en = "Called back within 24 hours" }
--- source = "Final report of Western Uusimaa county's programme 2025, families' services; an answer at the limit itself is on time, and what is open past it counts as late"
--- [access.callback_24h.about]
--- fi = "Osuus takaisinsoittopyynnöistä, joihin vastattiin 24 tunnin kuluessa. Pyyntö, jonka määräaika on kulunut ilman vastausta, on myöhässä. Pyyntö, jonka määräaika ei ole vielä kulunut, ei ole mukana. Toistetut pyynnöt lasketaan kerran."
--- sv = "Andel av begäran om återuppringning som besvarades inom 24 timmar. En begäran vars tid har gått ut utan svar är försenad. En begäran vars tid ännu inte har gått ut är inte med. Upprepade begäran räknas en gång."
--- en = "Share of callback requests answered within 24 hours. A request past its limit without an answer is late. A request still within its limit is not counted. Repeated requests count once."
---
--- [access.callback_same_day]
--- hit = "same_day"
--- name = { fi = "Takaisinsoitto samana päivänä", sv = "Återuppringning samma dag", en = "Called back the same day" }
--- source = "Act 1326/2010 § 51 as in HE 74/2022; rules/calendar.toml, rule contact"
--- [access.callback_same_day.about]
--- fi = "Osuus takaisinsoittopyynnöistä, joihin vastattiin saman arkipäivän aikana. Virka-ajan jälkeen tullut pyyntö kuuluu seuraavaan arkipäivään."
--- sv = "Andel av begäran om återuppringning som besvarades samma vardag. En begäran efter tjänstetid hör till följande vardag."
--- en = "Share of callback requests answered on the same weekday. A request after office hours belongs to the next weekday."
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
    ELSE first_response_at IS NOT NULL AND first_response_at <= office_due(opened_at, 'contact')
  END AS same_day
FROM contacts
WHERE channel = 'callback'
  AND kind = 'request'
  AND duplicate_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
