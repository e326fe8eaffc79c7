## frame
skip = Skip to content
languages = Languages
sections = Sections
section-home = Home
section-steer = Scorecard
notice-label = Notice
notice-synthetic = The people and events of this county are invented.
footer = Luotsi is an open-source service platform for wellbeing services counties. Licence EUPL-1.2.
back-home = Back to the front page

## sign-in
sign-in = Sign in
sign-out = Sign out
sign-in-title = Sign in
sign-in-demo = This is a demonstration. Choose the role in which you want to see Luotsi. No password is asked.
sign-in-later = Sign-in is not set up on this server. The demonstration starts with the command luotsi demo.
role-resident = Resident
role-nurse = Nurse
role-physician = Physician
role-lead = Team lead
role-manager = Manager
role-evaluator = Evaluator
role-analyst = Analyst
role-privacy = Privacy officer
role-admin = Administrator
role-editor = Editor
role-fees = Fee officer
role-resident-about = Gets in touch and follows their own matters.
role-nurse-about = Answers contacts and assesses the need of care.
role-physician-about = Treats patients and sees the unit's measures.
role-lead-about = Follows queues and the team's measures, sees the cases behind figures.
role-manager-about = Steers services by what was measured, sees the cases behind figures.
role-evaluator-about = Judges what changes led to.
role-analyst-about = Defines measures and takes tables to other tools.
role-privacy-about = Watches who saw what.
role-admin-about = Keeps units, people and rights.
role-editor-about = Writes services, guides and forms.
role-fees-about = Pays fees by contract and measured quality.

## home
home-title = Services whose effect is measured
home-lead = Luotsi takes a contact to help and help to results: the resident's matter comes in, help goes out, its effect is measured, and services are steered by it.
home-steer = Every unit's measures with their control charts, definitions and figures.
home-sign-in = Choose a role and look at the demonstration.
home-own-title = Your own data
home-own = Import tables with luotsi import and run measures with luotsi measure run.
home-how-title = How a figure comes about
home-how-1 = What happened is written once: a contact, an assessment, a visit, feedback.
home-how-2 = A measure is a query for cases. Its definition stands beside the figure.
home-how-3 = A control chart tells a change from chance.
home-how-4 = Figures of fewer than five people are hidden, also from subtraction.
missing-title = Page not found
missing-lead = There is no such page, or it is not open to you. From here you can go on:

## steer
unit-tree = Units
view-list = Show as a list
view-matrix = Show as a matrix
owner = Owner
source = Source
measure = Measure
latest = Latest
target = Target
variation = Variation
assurance = Assurance
course = Course
no-target = No target
too-few-points = Too few periods
variation-common = Common cause
variation-improvement-high = Improving, high
variation-improvement-low = Improving, low
variation-concern-high = Concern, high
variation-concern-low = Concern, low
variation-neutral-high = Changing, high
variation-neutral-low = Changing, low
assurance-meets = Meets target
assurance-hit-or-miss = Hit or miss
assurance-misses = Misses target
matrix-concern = Concern
matrix-common = No change
matrix-improvement = Improving
legend-title = What the marks tell
legend-variation = Variation tells whether the latest period differs from what is usual: a triangle is concern, a diamond improvement, a dot chance.
legend-assurance = Assurance tells whether the target will be met if nothing changes: P meets it, F misses it, ? is hit or miss.
legend-hidden = Hidden means that fewer than five people are behind the figure, or that it would reveal such.
hidden = Hidden because of few people
hidden-short = Hidden
no-cases = No cases
window-before-data = Data begin later

## measure
back-to-scorecard = Back to the scorecard: { $unit }
back-to-measure = Back to the measure: { $measure }
unit = Unit
chart = Chart
show = Show
chart-xmr = Control chart (XmR)
chart-p = Share chart (p)
chart-pp = Share chart, large numbers (p′)
chart-c = Count chart (c)
chart-run = Run chart
chart-upper = Upper
chart-centre = Centre
chart-lower = Lower
chart-target = Target
sentence-latest = { $period }: { $value }.
sentence-common = The latest value is usual variation.
sentence-too-few = There are too few periods to tell a change from chance.
sentence-improvement-high = Values are improving, upwards ({ $rule }), since { $since }.
sentence-improvement-low = Values are improving, downwards ({ $rule }), since { $since }.
sentence-concern-high = Values are a concern, upwards ({ $rule }), since { $since }.
sentence-concern-low = Values are a concern, downwards ({ $rule }), since { $since }.
sentence-neutral-high = Values are changing, upwards ({ $rule }), since { $since }.
sentence-neutral-low = Values are changing, downwards ({ $rule }), since { $since }.
sentence-limits = Usually the value is { $lower } – { $upper }, on average { $centre }.
sentence-meets = The target { $target } will be met if nothing changes.
sentence-hit-or-miss = The target { $target } is sometimes met and sometimes not.
sentence-misses = The target { $target } will not be met without a change.
rule-outside = outside a limit
rule-trend = seven in a row in one direction
rule-two_of_three = two of three near a limit
rule-shift = seven in a row on one side
rule-crossings = the centre is seldom crossed
caption-rules = Limits: mean ± 2.66 × mean moving range; rules of Making Data Count. A triangle is concern, a diamond improvement, a dot chance.
caption-trial = The limits are on trial, with fewer than 13 values.
interval = 95% interval
cases-count = Cases
coverage = Coverage
as-of = As of
decisions = Decisions
decision-target = Target from { $period }: { $why } ({ $who }, { $on })
decision-rebase = Limits begin anew from { $period }: { $why } ({ $who }, { $on })
table = Table
csv = Download the table (CSV)
period = Period
value = Value
signal = Signal
cases = Cases
open = Open
cases-closed = Cases open once every reading of them is recorded.
cases-failed = The cases could not be fetched. Try again in a moment.
definition = Definition
direction = Direction
better-higher = Higher is better
better-lower = Lower is better
better-neither = Neither direction is better
kind = Kind
kind-count = Count
kind-persons = People
kind-stock = Number at the period's end
kind-share = Share
kind-mean = Mean
kind-median = Median
kind-ratio = Ratio
kind-nps = Net promoter score
kind-classes = Distribution
identifier = Identifier
query = Query
query-about = The query gives one row for each case. Grouping, intervals and hiding are the same for every measure.
unit-days-short = d
unit-minutes-short = min

## numbers
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
dimension-channel = Channel
dimension-profession = Profession
dimension-service = Service
dimension-modality = Mode
dimension-class = Class
value-unknown = Not known
