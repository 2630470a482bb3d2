package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/groundmill/groundmill/internal/verdict"
)

// Imported counts what was read.
type Imported struct {
	Tasks     int `json:"tasks"`
	Judged    int `json:"judged"`    // boxes with a verdict now
	Disagreed int `json:"disagreed"` // of which judges differ; they count as unsure
	Skipped   int `json:"skipped"`   // tasks without a verdict
}

// exportedTask is what of Label Studio's export format matters. Other members,
// of which every version has more, are ignored.
type exportedTask struct {
	Data struct {
		Judgement string `json:"judgement"`
	} `json:"data"`
	Annotations []annotation `json:"annotations"`
}

type annotation struct {
	CompletedBy judge `json:"completed_by"`
	Cancelled   bool  `json:"was_cancelled"`
	Result      []struct {
		From  string `json:"from_name"`
		Value struct {
			Choices []string `json:"choices"`
		} `json:"value"`
	} `json:"result"`
}

// judge is who made an annotation: Label Studio writes a number or an object.
type judge string

// UnmarshalJSON takes the e-mail address of an object, else the number.
func (j *judge) UnmarshalJSON(data []byte) error {
	var person struct {
		ID    json.Number `json:"id"`
		Email string      `json:"email"`
	}
	if len(data) > 0 && data[0] == '{' {
		if err := json.Unmarshal(data, &person); err != nil {
			return err
		}
	} else if err := json.Unmarshal(data, &person.ID); err != nil {
		return err
	}
	if *j = judge(person.Email); *j == "" {
		*j = judge(person.ID)
	}
	return nil
}

// Import puts the verdicts of a Label Studio export (JSON, not JSON-MIN) into the
// file that was exported. A task that was skipped leaves its line as it is. Judges
// who differ make the verdict unsure. name stands in errors; after one the file may
// be changed in part.
func Import(f *verdict.File, r io.Reader, name string) (*Imported, error) {
	lines := make(map[string]*verdict.Judgement, len(f.Judgements))
	for i := range f.Judgements {
		lines[f.Judgements[i].ID()] = &f.Judgements[i]
	}
	done, seen := &Imported{}, map[string]bool{}
	err := eachTask(r, func(t *exportedTask) error {
		line := lines[t.Data.Judgement]
		switch {
		case t.Data.Judgement == "":
			return errors.New("data.judgement is missing; export as JSON, not JSON-MIN, tasks that runner review export wrote")
		case line == nil:
			return fmt.Errorf("data.judgement: %.40q is not in the sample; give the sample that was exported", t.Data.Judgement)
		case seen[t.Data.Judgement]:
			return fmt.Errorf("data.judgement: %s was judged by an earlier task; keep one", t.Data.Judgement)
		}
		seen[t.Data.Judgement] = true
		return done.apply(t, line)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return done, nil
}

// eachTask visits the tasks of an export one by one; an error has the number of the
// task, from 1.
func eachTask(r io.Reader, visit func(*exportedTask) error) error {
	dec := json.NewDecoder(r)
	if first, err := dec.Token(); err != nil || first != json.Delim('[') {
		return errors.Join(errors.New("is no list of tasks; export from Label Studio as JSON"), err)
	}
	for n := 1; dec.More(); n++ {
		var t exportedTask
		if err := dec.Decode(&t); err != nil {
			return fmt.Errorf("task %d: %w", n, err)
		}
		if err := visit(&t); err != nil {
			return fmt.Errorf("task %d: %w", n, err)
		}
	}
	_, err := dec.Token()
	return err
}

// apply takes the verdicts of a task.
func (d *Imported) apply(t *exportedTask, line *verdict.Judgement) error {
	d.Tasks++
	var answers []verdict.Answer
	var who []string
	for _, a := range t.Annotations {
		answer, err := a.answer()
		if err != nil {
			return err
		}
		if answer != "" {
			answers, who = append(answers, answer), append(who, string(a.CompletedBy))
		}
	}
	if len(answers) == 0 {
		d.Skipped++
		return nil
	}
	d.Judged++
	slices.Sort(who)
	line.Verdict, line.Who = answers[0], strings.Join(slices.Compact(who), ", ")
	if slices.ContainsFunc(answers, func(a verdict.Answer) bool { return a != answers[0] }) {
		d.Disagreed++
		line.Verdict = verdict.Unsure
	}
	return nil
}

// answer returns the verdict of an annotation, "" if it was skipped or has none.
func (a annotation) answer() (verdict.Answer, error) {
	for _, r := range a.Result {
		if a.Cancelled || r.From != tagVerdict {
			continue
		}
		if len(r.Value.Choices) != 1 {
			return "", fmt.Errorf("verdict: %d choices, want one", len(r.Value.Choices))
		}
		switch answer := verdict.Answer(r.Value.Choices[0]); answer {
		case verdict.Correct, verdict.Wrong, verdict.Unsure:
			return answer, nil
		default:
			return "", fmt.Errorf("verdict: %.40q is not one of correct, wrong, unsure", answer)
		}
	}
	return "", nil
}
