signals-count = { $count ->
    [one] { $shown } signal
   *[other] { $shown } signals
}
caption-screened = { $count ->
    [one] { $shown } outlying moving range is left out of the limits.
   *[other] { $shown } outlying moving ranges are left out of the limits.
}
cases-found = { $count ->
    [one] { $shown } case
   *[other] { $shown } cases
}
cases-first = { $count ->
    [one] The first is shown.
   *[other] The first { $shown } are shown.
}
by-channel = By channel, { $period }
by-profession = By profession, { $period }
by-service = By service, { $period }
by-modality = By mode, { $period }
by-class = By class, { $period }
by-quantile = Quantiles, { $period }
dimension-channel = Channel
dimension-profession = Profession
dimension-service = Service
dimension-modality = Mode
dimension-class = Class
dimension-quantile = Quantile
yes = Yes
no = No
column-case_id = Case
column-at = Time
column-unit_id = Unit
column-resident_id = Resident
column-channel = Channel
column-service = Service
column-profession = Profession
column-professional_id = Professional
column-risk_class = Risk class
column-instrument = Assessment instrument
column-modality = Mode
column-until = Until
column-hit = Fulfils
column-value = Value
column-numerator = Numerator
column-denominator = Denominator
column-score = Score
column-class = Class
value-unknown = Not known
