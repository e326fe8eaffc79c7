--- kind = "rate"
--- better = "lower"
--- published = ["risk_class"]
--- denominator = "hundredth"
---
--- [backpain.imaging]
--- id = "backpain.imaging"
--- unit = "images"
--- numerator = "images"
--- name = { fi = "Kuvantamiset sataa jaksoa kohti", sv = "Bilddiagnostik per hundra perioder", en = "Imaging for a hundred courses" }
--- source = "Final report of Western Uusimaa county's programme 2025, monitoring of low back pain: imaging for a hundred episodes by risk class; the source gives no value"
--- [backpain.imaging.about]
--- fi = "Kuvantamispyynnöt sataa alaselkäkivun polkua kohti. Peruttu pyyntö ei ole mukana. Pyynnöt karttuvat polun alkamiskuukaudelle."
--- sv = "Beställd bilddiagnostik per hundra ländryggsstigar. En annullerad beställning är inte med. Beställningarna räknas för den månad då stigen började."
--- en = "Imaging ordered for a hundred courses on the low-back-pain path. An order that was called off is not counted. Orders count for the month in which the course began."
---
--- [backpain.referrals]
--- id = "backpain.referrals"
--- unit = "referrals"
--- numerator = "referrals"
--- name = { fi = "Lähetteet sataa jaksoa kohti", sv = "Remisser per hundra perioder", en = "Referrals for a hundred courses" }
--- source = "Final report of Western Uusimaa county's programme 2025, monitoring of low back pain: referrals to specialised care for a hundred episodes; the source gives no value"
--- [backpain.referrals.about]
--- fi = "Lähetteet erikoissairaanhoitoon sataa alaselkäkivun polkua kohti. Peruttu lähete ei ole mukana. Lähetteet karttuvat polun alkamiskuukaudelle."
--- sv = "Remisser till den specialiserade sjukvården per hundra ländryggsstigar. En annullerad remiss är inte med. Remisserna räknas för den månad då stigen började."
--- en = "Referrals to specialised care for a hundred courses on the low-back-pain path. One that was called off is not counted. Referrals count for the month in which the course began."
SELECT
  n.enrolment_id AS case_id,
  n.resident_id,
  n.unit_id,
  n.risk_class,
  n.started_at AS at,
  0.01 AS hundredth,
  coalesce(o.images, 0) AS images,
  coalesce(o.referrals, 0) AS referrals
FROM enrolments n
LEFT JOIN (
  SELECT
    enrolment_id,
    count(*) FILTER (WHERE kind = 'imaging') AS images,
    count(*) FILTER (WHERE kind = 'referral') AS referrals
  FROM orders
  WHERE enrolment_id IS NOT NULL
    AND status <> 'cancelled'
    AND ordered_at <= $as_of
  GROUP BY enrolment_id
) o ON o.enrolment_id = n.enrolment_id
WHERE n.kind = 'pathway'
  AND n.pathway = 'low_back_pain'
  AND n.started_at >= $from
  AND n.started_at < $to
