"""What the words of a verdict, and the exit statuses, mean: one sentence each."""

from __future__ import annotations

WORDS = {
    "stands": "Every step that the claim needs supports it, and every mutant of it, at least two, "
    "was refuted by the same checks. Exit status 0.",
    "refuted": "A check found a point at which the claim is false; it is named, with its margin. "
    "Exit status 1.",
    "undecided": "A check came too close to its boundary to tell, data were absent, or a mutant "
    "survived. Exit status 1.",
    "imported": "It rests wholly on theorems of others, which are cited and not proved again. Exit "
    "status 0.",
    "failed": "It could not be run to its end, or its evidence cannot be trusted. Exit status 3.",
    "proved": "The strength of a claim all of whose steps hold symbolically, or exactly on all "
    "that they speak of.",
    "certified": "The strength of a claim that exact arithmetic decides on the instances listed; "
    "it says nothing about others.",
    "measured": "The strength of a claim that statistics or floating-point numbers support, with "
    "the error stated.",
    "step": "One part of the argument of a claim, with the check that could refute it. The weakest "
    "step that the statement needs decides the strength.",
    "counterexample": "A step that searches for a point where the claim is false: it can refute "
    "the claim, and never supports it.",
    "premise": "A statement that a claim takes from elsewhere and does not check; always printed.",
    "mutant": "A deliberately false variant of a claim, close to the truth. The same checks must "
    "refute it: a check that cannot fail proves nothing.",
    "evidence": "What one check hands in: numbers, their uncertainty or certificate, and what was "
    "assumed. Written by the run, sealed, and the only thing that a report reads.",
    "margin": "The distance of a check from its boundary at the point that came closest to it.",
    "certificate": "A file whose numbers prove a bound by arithmetic alone; `qdml verify` reads it "
    "without a solver.",
    "transcript": "The ordered list of all messages of a run, from which costs are counted.",
    "leakage": "What messages can tell at best about data or parameters, whatever is done to them.",
    "copies": "How many times a state is prepared and sent; every one is billed.",
    "scale": "The size of the grids of a run: quick, default or full. Nothing else differs.",
    "0": "Exit status: it stands or is imported, a certificate is valid, or nothing moved.",
    "1": "Exit status: refuted, undecided, a rejected certificate, or something moved or differs.",
    "2": "Exit status: bad usage, or a file that cannot be read or trusted.",
    "3": "Exit status: a job or a check could not be run.",
}
