"""Where cases of several chapters come from."""

LOSS_MODELS = "Klugman, Panjer and Willmot, Loss Models; figures as restated by the Python package aggregate"
LOSS_DATA = "Frees and others, Loss Data Analytics (open textbook)"
BAHNEMANN = "Bahnemann, Distributions for Actuaries (CAS monograph 2)"
ACTUAR = "the R package actuar, vignette on risk theory (printed output)"
RUIN_BOOKS = (
    "Burnecki, Mista and Weron, Ruin probabilities in finite and infinite time; the R package actuar; Asmussen's "
    "integral against that of Seal and Prabhu"
)
DROR = "Dror 2001, Reinsurance of health insurance for the informal sector, WHO Bulletin 79, 672-678"
HACHEMEISTER = "Hachemeister 1975, bodily injury claims of five states, as in the R package actuar"
GUIDE = "ILO-STEP, management guide of mutual health organizations: worked figures, read in the guide [S]"
CONSTRUCTED = "constructed for this project and worked out by hand [C]"
