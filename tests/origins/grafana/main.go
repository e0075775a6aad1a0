// Reads a dashboard or alert rules with Grafana's own schema, which refuses members that it does not know or lacks.
//
//	go run . dashboard|alerts FILE
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/alerting"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	// Without this the options of no panel are looked at.
	plugins.RegisterDefaultPlugins()
	raw, err := os.ReadFile(os.Args[2])
	if err == nil && os.Args[1] == "dashboard" {
		err = readDashboard(raw)
	} else if err == nil {
		err = readAlerts(raw)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readDashboard(raw []byte) error {
	var whole dashboard.Dashboard
	if err := told(whole.UnmarshalJSONStrict(raw)); err != nil {
		return err
	}
	fmt.Println(len(whole.Panels), "panels")
	return told(whole.Validate())
}

// Where nothing is wrong the library may give an empty list of errors, which is an error to Go.
func told(err error) error {
	if err == nil || err.Error() == "" {
		return nil
	}
	return err
}

// A file names folder and organisation once for a group, and the schema in each rule.
func readAlerts(raw []byte) error {
	var file struct {
		Groups []struct {
			OrgID        int64
			Name, Folder string
			Rules        []map[string]any
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return err
	}
	count := 0
	for _, group := range file.Groups {
		for _, members := range group.Rules {
			members["orgID"], members["folderUID"], members["ruleGroup"] = group.OrgID, group.Folder, group.Name
			text, err := json.Marshal(members)
			if err != nil {
				return err
			}
			var rule alerting.Rule
			if err := told(rule.UnmarshalJSONStrict(text)); err != nil {
				return fmt.Errorf("%v: %w", members["uid"], err)
			}
			if err := told(rule.Validate()); err != nil {
				return fmt.Errorf("%v: %w", members["uid"], err)
			}
			count++
		}
	}
	fmt.Println(count, "rules")
	return nil
}
