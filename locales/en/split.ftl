split-title = Give a part to others
split-effect = The part goes to a queue of its own and gets its own holder and due time. The rest stays with you. The client sees all parts on one page and writes about them in one place.
split-said = The client has written
split-to = Where does the part go?
split-text = What is the part about?
split-text-hint = Write only what the receiver needs. They see nothing else, and the client sees the text.
split-send = Give the part
split-parts = Parts
split-part = Part of a larger matter
split-part-of = Others see to the other parts.
split-elsewhere = A part that is seen to elsewhere
split-open = Under way
split-over = Done
split-wrong-text = Write what the part is about.
split-wrong-holder = Only the person who has the matter can give a part of it. Your text is kept.
event-split = A part was given to others
event-split-to = A part was given to:
event-taken-back = The part was taken back
did-split = The part is given. Your own part is still with you: mark it as done when you have seen to it.
shown-split = A part of your matter also went to others
parts-about = What is your message about?
parts-unsure = I do not know
parts-count = { $count ->
    [one] Your matter has { $shown } part. You write about it here.
   *[other] Your matter has { $shown } parts. You write about all of them here.
}
