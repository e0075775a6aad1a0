module example.gov.uk/onelogin

go 1.19
