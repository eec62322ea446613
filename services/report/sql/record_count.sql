-- How many records there are of all kinds.
SELECT (SELECT count(*) FROM headcount) + (SELECT count(*) FROM audit_finding)
     + (SELECT count(*) FROM organization_unit)
