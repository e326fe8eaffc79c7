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
by-instrument = By method, { $period }
by-risk_class = By risk class, { $period }
by-class = By class, { $period }
by-quantile = Quantiles, { $period }
dimension-channel = Channel
dimension-profession = Profession
dimension-service = Service
dimension-modality = Mode
dimension-instrument = Method
dimension-risk_class = Risk class
dimension-class = Class
dimension-quantile = Quantile
instrument-guided-self-care = Guided self-care
instrument-anxiety-therapy = Brief therapy for anxiety
instrument-interpersonal-counselling = Interpersonal counselling (IPC)
instrument-cool-kids = Cool Kids
instrument-other-methods = Other methods
instrument-senior-info = Training of Senior-info and home care
instrument-recording-experts = Recording experts
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
column-place = Place
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
