module certlife.example/go/certlife

go 1.19
