module example.gov.uk/oneloginedge

go 1.19
