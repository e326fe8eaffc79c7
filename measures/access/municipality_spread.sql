--- id = "access.municipality_spread"
--- kind = "spread"
--- unit = "index"
--- better = "lower"
--- value = "days"
--- name = { fi = "Hoitoon pääsyn kuntaerot", sv = "Skillnader mellan kommuner i tillgång till vård", en = "Spread of access between municipalities" }
--- source = "First-line mental health services, Western Uusimaa county's programme 2025: the spread between municipalities fell, without a value; ours: 90th by 10th percentile of the municipalities' mean waits"
--- [about]
--- fi = "Kuinka moninkertainen odotus on kunnissa, joissa odotetaan pisimpään, verrattuna niihin, joissa odotetaan vähiten: kuntien keskimääräisten odotusten 90. prosenttipiste jaettuna 10:nnellä, kunnat painotettuina tapauksilla. Odotus on päiviä tarpeen toteamisesta hoidon alkuun, ja kunta se, jossa asukas silloin asui. 1 tarkoittaa, ettei eroa ole. Yhden kunnan sisällä luvulla ei ole arvoa."
--- sv = "Hur många gånger längre väntan är i kommuner där man väntar längst än där man väntar minst: den 90:e percentilen av kommunernas genomsnittliga väntan delad med den 10:e, kommunerna vägda enligt fall. Väntan är dagar från att behovet konstaterades till vårdens början, och kommunen den där invånaren då bodde. 1 betyder ingen skillnad. Inom en enda kommun har talet inget värde."
--- en = "How many times longer the wait is in the municipalities where it is longest than where it is shortest: the 90th percentile of the municipalities' mean waits by the 10th, municipalities weighed by cases. The wait is days from the need being established to the beginning of care, the municipality the one where the resident lived then. 1 means no difference. Within one municipality there is no value."
SELECT
  a.assessment_id AS case_id,
  a.resident_id,
  a.unit_id,
  a.need_established_at AS at,
  r.municipality AS place,
  CASE
    WHEN a.met_at <= $as_of THEN CAST(CAST(local_date(a.met_at) AS INT) - CAST(local_date(a.need_established_at) AS INT) AS DOUBLE)
  END AS days
FROM assessments a
LEFT JOIN residences r ON r.resident_id = a.resident_id
  AND r.valid_from <= local_date(a.need_established_at)
  AND (r.valid_to IS NULL OR r.valid_to > local_date(a.need_established_at))
WHERE a.guarantee IN ('care', 'oral', 'therapy', 'therapy_social')
  AND a.need_established_at >= $from
  AND a.need_established_at < $to
