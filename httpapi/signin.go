package httpapi

import (
	"context"
	"net/http"

	"nara/auth"
)

func (a *API) me(ctx context.Context, _ *struct{}) (*body[Me], error) {
	p, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	me, err := a.wireMe(ctx, p)
	return &body[Me]{me}, err
}

func (a *API) demoAccounts(ctx context.Context, _ *struct{}) (*body[DemoAccounts], error) {
	accounts, err := a.auth.DemoAccounts(ctx)
	if err != nil {
		return nil, err
	}
	out := DemoAccounts{Accounts: make([]DemoAccount, len(accounts))}
	for i, account := range accounts {
		out.Accounts[i] = DemoAccount{ID: string(account.ID), Kind: account.DemoKind(), Name: account.Name, Detail: Text(account.Detail)}
	}
	return &body[DemoAccounts]{out}, nil
}

func (a *API) demoSignIn(ctx context.Context, in *posted[DemoSignIn]) (*withCookie[Me], error) {
	started, err := a.auth.SignInDemo(ctx, auth.AccountID(in.Body.Account))
	if err != nil {
		return nil, err
	}
	me, err := a.wireMe(ctx, started.Principal)
	return &withCookie[Me]{SetCookie: []http.Cookie{*auth.SessionCookie(a.https, started)}, Body: me}, err
}

func (a *API) signOut(ctx context.Context, _ *struct{}) (*signedOut, error) {
	err := a.auth.SignOut(ctx, token(ctx))
	return &signedOut{SetCookie: *auth.GoneCookie(a.https)}, err
}

func (a *API) exchangeLink(ctx context.Context, in *posted[ExchangeLink]) (*withCookie[ExchangedLink], error) {
	current, err := principal(ctx)
	if err != nil {
		return nil, err
	}
	opened, err := a.links.Exchange(ctx, auth.ExchangeRequest{
		Secret: auth.LinkSecretOf(in.Body.Secret), YearOfBirth: in.Body.YearOfBirth, Address: address(ctx), Current: current,
	})
	if err != nil {
		return nil, err
	}
	out := &withCookie[ExchangedLink]{Body: ExchangedLink{Visit: string(opened.Appointment), Name: opened.Principal.Name}}
	if !opened.Token.Empty() {
		out.SetCookie = []http.Cookie{*auth.SessionCookie(a.https, opened.Started)}
	}
	return out, nil
}

// wireMe tells a person who they are. The directory gives their places a name.
func (a *API) wireMe(ctx context.Context, p auth.Principal) (Me, error) {
	me := Me{SignedIn: p.SignedIn(), Demo: a.demo}
	if !me.SignedIn {
		return me, nil
	}
	directory, err := a.scheduling.Directory(ctx)
	if err != nil {
		return Me{}, err
	}
	out := &Principal{
		Kind: string(p.Kind), Name: p.Name, Patient: string(p.Patient), Practitioner: int64(p.Practitioner),
		Roles: make([]string, len(p.Roles)), Sites: []NamedPlace{}, Language: string(p.Language), Visit: string(p.Appointment),
	}
	for i, role := range p.Roles {
		out.Roles[i] = string(role)
	}
	for _, id := range p.Sites {
		if site := directory.Site(id); site != nil {
			out.Sites = append(out.Sites, NamedPlace{ID: string(id), Name: Text(site.Name)})
		}
	}
	for _, id := range p.Units {
		if unit := directory.Unit(id); unit != nil && out.Unit == nil {
			out.Unit = &NamedPlace{ID: string(id), Name: Text(unit.Name)}
		}
	}
	if p.Kind == auth.KindPatient {
		patient, err := a.scheduling.Patient(ctx, p.Patient)
		if err != nil {
			return Me{}, err
		}
		out.Home, out.HomePoint = string(patient.Municipality), &Point{patient.Home.Latitude, patient.Home.Longitude}
	}
	me.Principal = out
	return me, nil
}

// linkMoved tells where the visit went: the second factor has been given.
func (a *API) linkMoved(ctx context.Context, moved *auth.LinkMovedError) *Problem {
	p := kindLinkMoved.problem(ctx)
	p.Moved = &MovedLink{Start: moved.Start.UTC()}
	b, err := a.scheduling.AppointmentByID(ctx, moved.Appointment)
	if err != nil {
		a.failed(ctx, "moved appointment", err)
		return p
	}
	d, err := a.scheduling.Directory(ctx)
	if err != nil {
		a.failed(ctx, "moved appointment", err)
		return p
	}
	p.SupportPhone = supportPhone(d, b)
	if service := d.Service(b.Service); service != nil {
		name := Text(service.Name)
		p.Moved.Service = &name
	}
	return p
}
