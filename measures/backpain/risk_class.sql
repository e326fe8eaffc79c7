--- id = "backpain.risk_class"
--- kind = "classes"
--- unit = "share"
--- better = "neither"
--- value = "risk_class"
--- name = { fi = "Alaselkäkivun riskiluokat", sv = "Riskklasser vid ländryggssmärta", en = "Low back pain by risk class" }
--- source = "Final report of Western Uusimaa county's programme 2025: low 30, medium 54, high 16 %; STarT Back, Hill et al. 2008"
--- [about]
--- fi = "Alaselkäkivun polulle tulleet riskiluokittain: matala, kohtalainen, korkea."
--- sv = "De som kommit in på ländryggsstigen enligt riskklass: låg, medelhög, hög."
--- en = "People who entered the low-back-pain pathway, by risk class: low, medium, high."
SELECT
  enrolment_id AS case_id,
  resident_id,
  unit_id,
  risk_class,
  started_at AS at
FROM enrolments
WHERE kind = 'pathway'
  AND pathway = 'low_back_pain'
  AND started_at >= $from
  AND started_at < $to
