--- unit = "calls"
--- better = "neither"
---
--- [volume.calls]
--- id = "volume.calls"
--- kind = "count"
--- part_of = "volume.contacts"
--- published = ["channel"]
--- name = { fi = "Puhelut", sv = "Samtal", en = "Calls" }
--- source = "Final report of Western Uusimaa county's programme 2025, OPTI: calls; the county's own definition"
--- [volume.calls.about]
--- fi = "Asiakkaiden puhelut: suoraan vastatut, vastaamatta jääneet ja takaisinsoittopyynnöt, toistetutkin."
--- sv = "Klienternas samtal: de som besvarades direkt, de obesvarade och begäran om återuppringning, även upprepade."
--- en = "Clients' calls: those answered directly, those not answered and requests to be called back, repeated ones too."
---
--- [access.direct_answer]
--- id = "access.direct_answer"
--- kind = "share"
--- unit = "share"
--- better = "higher"
--- part_of = "volume.calls"
--- part = "hits"
--- hit = "answered_directly"
--- name = { fi = "Suoraan vastatut puhelut", sv = "Samtal som besvarades direkt", en = "Calls answered directly" }
--- source = "Final report of Western Uusimaa county's programme 2025, OPTI: connected without delay; the source gives no limit, so that a call counts when nobody had to be called back"
--- [access.direct_answer.about]
--- fi = "Osuus puheluista, joihin vastattiin saman puhelun aikana. Takaisinsoittoa odottamaan jäänyt ja vastaamatta jäänyt puhelu eivät ole vastattuja, ja jokainen yritys lasketaan."
--- sv = "Andel samtal som besvarades under samma samtal. Den som fick vänta på återuppringning och den som inte fick svar räknas inte som besvarade, och varje försök räknas."
--- en = "Share of calls answered during the same call. One that had to wait to be called back and one without an answer are not answered, and each attempt counts."
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at,
  channel = 'phone' AND first_response_at IS NOT NULL AND first_response_at <= $as_of AS answered_directly
FROM contacts
WHERE channel IN ('phone', 'callback')
  AND kind = 'request'
  AND part_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
