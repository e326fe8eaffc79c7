--- better = "higher"
--- part_of = "volume.callbacks"
---
--- [access.callback_20min]
--- id = "access.callback_20min"
--- kind = "share"
--- unit = "share"
--- hit = "within_20min"
--- name = { fi = "Takaisinsoitto 20 minuutissa", sv = "Återuppringning inom 20 minuter", en = "Called back within 20 minutes" }
--- source = "Own-doctor pairs of Western Uusimaa county's programme 2025: a call back within 20 minutes; the limit itself is on time, and what is open past it counts as late"
--- [access.callback_20min.about]
--- fi = "Osuus takaisinsoittopyynnöistä, joihin yritettiin soittaa viimeistään 20 minuutin kuluttua. Pyyntö, jonka 20 minuuttia on kulunut ilman soittoa, on myöhässä; pyyntö, jonka aika on kesken, ei ole mukana. Toistetut pyynnöt lasketaan kerran."
--- sv = "Andel av begäran om återuppringning där någon försökte ringa inom 20 minuter. En begäran vars 20 minuter har gått utan samtal är försenad; en vars tid inte har gått ut är inte med. Upprepade begäran räknas en gång."
--- en = "Share of callback requests after which somebody tried to call within 20 minutes. A request whose 20 minutes are over without a call is late; one still within them is not counted. Repeated requests count once."
---
--- [access.callback_delay_max]
--- id = "access.callback_delay_max"
--- kind = "most"
--- unit = "minutes"
--- better = "lower"
--- value = "minutes"
--- resolution = 0.1
--- name = { fi = "Pisin takaisinsoiton viive", sv = "Längsta fördröjning av återuppringning", en = "Longest delay of a call back" }
--- source = "Own-doctor pairs of Western Uusimaa county's programme 2025: the delay of a call back is at most 20 minutes"
--- [access.callback_delay_max.about]
--- fi = "Pisin aika takaisinsoittopyynnöstä ensimmäiseen soittoyritykseen tai vastaukseen, minuutteina. Luku on yhden pyynnön: sille ei ole luottamusväliä. Pyynnöt, joihin ei ole vielä soitettu, näkyvät kattavuudessa."
--- sv = "Den längsta tiden från en begäran om återuppringning till det första försöket att ringa eller svaret, i minuter. Talet gäller en begäran: det har inget intervall. Begäran som ingen ännu har ringt om syns i täckningen."
--- en = "The longest time from a callback request to the first try to call or the answer, in minutes. The number is one request's: it has no interval. Requests that nobody has called about yet show in the coverage."
WITH requests AS (
  SELECT
    contact_id,
    resident_id,
    caller_key,
    unit_id,
    service,
    opened_at,
    coalesce(first_attempt_at, first_response_at) AS tried_at
  FROM contacts
  WHERE channel = 'callback'
    AND kind = 'request'
    AND duplicate_of IS NULL
    AND opened_at >= $from
    AND opened_at < $to
)
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  opened_at AS at,
  CASE
    WHEN tried_at <= $as_of AND tried_at <= opened_at + INTERVAL '20 minutes' THEN true
    WHEN opened_at + INTERVAL '20 minutes' <= $as_of THEN false
  END AS within_20min,
  CASE
    WHEN tried_at <= $as_of THEN CAST(arrow_cast(tried_at, 'Int64') - arrow_cast(opened_at, 'Int64') AS DOUBLE) / 60000000
  END AS minutes
FROM requests
