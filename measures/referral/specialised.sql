--- id = "referral.specialised"
--- kind = "count"
--- unit = "referrals"
--- better = "neither"
--- name = { fi = "Lähetteet erikoissairaanhoitoon", sv = "Remisser till den specialiserade sjukvården", en = "Referrals to specialised care" }
--- source = "Future Social and Health Centre programme 2020–2022: referrals sent to specialised care; more for mental health in spring 2021, without a value"
--- [about]
--- fi = "Erikoissairaanhoitoon lähetetyt lähetteet siinä yksikössä, joka lähetteen teki. Peruttu lähete ei ole mukana. Vastaanotetut lähetteet ovat HUSin omassa luvussa."
--- sv = "Remisser till den specialiserade sjukvården vid enheten som skrev remissen. En annullerad remiss är inte med. Mottagna remisser finns i HUS egna tal."
--- en = "Referrals sent to specialised care, at the unit that made them. One that was called off is not counted. Those received are in HUS's own number."
SELECT
  order_id AS case_id,
  resident_id,
  unit_id,
  ordered_at AS at
FROM orders
WHERE kind = 'referral'
  AND target_provider IN ('hus', 'county', 'private')
  AND status <> 'cancelled'
  AND ordered_at >= $from
  AND ordered_at < $to
