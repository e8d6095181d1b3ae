"""The sample city Zhucheng: an invented population on a generalised outline.

``python -m data.zhucheng`` rebuilds every file of ``files/`` from ``sources/`` and seeds. People,
telephones, boundaries, reports and numbers are synthetic; see README.md of this folder.
"""
