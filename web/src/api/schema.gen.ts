// Generated from openapi.json by `npm run types`. Do not edit.

export interface paths {
    "/v1/appointments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One's own appointments, upcoming first */
        get: operations["appointments"];
        put?: never;
        /** Confirm a kept time */
        post: operations["book"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appointments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One appointment */
        get: operations["appointment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appointments/{id}/calendar.ics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The appointment for a calendar */
        get: operations["calendar"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appointments/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give the time back */
        post: operations["cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appointments/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move to the time of a hold */
        post: operations["move"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/day": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A professional's own day */
        get: operations["day"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/demo/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The made-up people of a demo */
        get: operations["demoAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/demo/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Be one of the made-up people */
        post: operations["demoSignIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/directory": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Services, places and people to search by */
        get: operations["directory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Visits as they change
         * @description Server-sent events, for staff: one's own visits and those of one's sites. `event: visit` carries VisitFacts as data. A comment every 15 seconds keeps the line open.
         */
        get: operations["events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keep a time for five minutes */
        post: operations["hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/holds/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A kept time */
        get: operations["getHold"];
        put?: never;
        post?: never;
        /** Give a kept time back */
        delete: operations["releaseHold"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/links/exchange": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Trade a visit link's secret for a session */
        post: operations["exchangeLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is asking */
        get: operations["me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the session */
        post: operations["signOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sites/{id}/day": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A site's day, room by room */
        get: operations["siteDay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/slots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The earliest free times over the whole county */
        get: operations["slots"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/visits/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A visit as it is now */
        get: operations["visit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/visits/{id}/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A ticket into the call */
        post: operations["ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/visits/{id}/transitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Move a visit to its next state */
        post: operations["transition"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Appointment: {
            devices: components["schemas"]["Device"][];
            /** Format: date-time */
            end: string;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            language: "sv" | "fi" | "en";
            /** @description The personal visit link; only in the answer to the booking, and to a repetition of it */
            link?: string;
            /** @enum {string} */
            modality: "video" | "hosted" | "in_person" | "phone";
            nurse?: components["schemas"]["AppointmentPerson"];
            patient: components["schemas"]["AppointmentPatient"];
            practitioner: components["schemas"]["AppointmentPerson"];
            reason?: string;
            room?: components["schemas"]["Room"];
            service: components["schemas"]["AppointmentService"];
            site?: components["schemas"]["AppointmentSite"];
            /** Format: date-time */
            start: string;
            /** @enum {string} */
            status: "booked" | "arrived" | "fulfilled" | "cancelled" | "noshow";
            /** @description Whom to call when something does not work */
            supportPhone: string;
            /**
             * Format: int64
             * @description Grows with every change
             */
            version: number;
        };
        AppointmentPatient: {
            /** Format: int64 */
            age: number;
            /** Format: uuid */
            id: string;
            name: string;
            /**
             * Format: int64
             * @description Only for those who establish the identity
             */
            yearOfBirth?: number;
        };
        AppointmentPerson: {
            /** Format: int64 */
            id: number;
            name: string;
            title: components["schemas"]["Text"];
        };
        Appointments: {
            appointments: components["schemas"]["Appointment"][];
        };
        AppointmentService: {
            /** @example lakare */
            id: string;
            /**
             * Format: int64
             * @example 20
             */
            minutes: number;
            name: components["schemas"]["Text"];
        };
        AppointmentSite: {
            address: string;
            id: string;
            municipality: string;
            name: components["schemas"]["Text"];
            phone: string;
        };
        CancelAppointment: {
            reason?: string;
        };
        Day: {
            /** Format: date */
            date: string;
            /**
             * Format: date-time
             * @description The server's clock
             */
            now: string;
            visits: components["schemas"]["VisitFacts"][];
        };
        DayCount: {
            /**
             * Format: int64
             * @example 14
             */
            count: number;
            /**
             * Format: date
             * @example 2026-12-03
             */
            date: string;
        };
        DemoAccount: {
            /** @description Who this is, in one line */
            detail: components["schemas"]["Text"];
            /** @example anna */
            id: string;
            /** @enum {string} */
            kind: "patient" | "nurse" | "physician";
            /** @example Anna Holm */
            name: string;
        };
        DemoAccounts: {
            accounts: components["schemas"]["DemoAccount"][];
        };
        DemoSignIn: {
            /** @example anna */
            account: string;
        };
        Device: {
            /**
             * Format: int64
             * @example 4012
             */
            id: number;
            /**
             * @description What it is
             * @example exam-camera
             */
            kind: string;
            name: components["schemas"]["Text"];
        };
        Directory: {
            /** @description From south to north */
            municipalities: components["schemas"]["Municipality"][];
            practitioners: components["schemas"]["Practitioner"][];
            services: components["schemas"]["Service"][];
            sites: components["schemas"]["Site"][];
        };
        ExchangedLink: {
            /** @description The patient's name, to greet with */
            name: string;
            /** Format: uuid */
            visit: string;
        };
        ExchangeLink: {
            /** @description What follows # in the link */
            secret: string;
            /**
             * Format: int64
             * @description Second factor on each new browser
             */
            yearOfBirth?: number;
        };
        FieldFault: {
            /**
             * @description required, unknown, invalid, too-long, too-short, out-of-range, or what the domain says, such as in-past
             * @example too-long
             */
            code: string;
            /**
             * @description Where: a path such as reason, site, or query.from
             * @example reason
             */
            field: string;
            /** @example expected length <= 500 */
            message: string;
        };
        Hold: {
            /** Format: date-time */
            expiresAt: string;
            /** Format: uuid */
            id: string;
            slot: components["schemas"]["Slot"];
        };
        Me: {
            /** @description The server runs with made-up people and one-click sign-in */
            demo: boolean;
            /** @description Present when signed in */
            principal?: components["schemas"]["Principal"];
            signedIn: boolean;
        };
        MoveAppointment: {
            /** Format: uuid */
            hold: string;
        };
        MovedLink: {
            service?: components["schemas"]["Text"];
            /** Format: date-time */
            start: string;
        };
        Municipality: {
            /** @example narpes */
            id: string;
            /** Format: double */
            latitude: number;
            /** Format: double */
            longitude: number;
            name: components["schemas"]["Text"];
        };
        NamedPlace: {
            /**
             * @description Readable slug
             * @example narpes-halsostation
             */
            id: string;
            name: components["schemas"]["Text"];
        };
        NewAppointment: {
            /** Format: email */
            email?: string;
            /** Format: uuid */
            hold: string;
            /** @description Number to call if the picture fails */
            phone?: string;
            /** @description What the visit is about, in the person's own words */
            reason?: string;
        };
        NewHold: {
            /** @enum {string} */
            language: "sv" | "fi" | "en";
            /** @enum {string} */
            modality: "video" | "hosted" | "in_person" | "phone";
            /**
             * Format: uuid
             * @description The appointment that is to move to this time: what it takes is not in the way, and the hold is good for that move only
             */
            moving?: string;
            /** Format: int64 */
            practitioner: number;
            /** @example lakare */
            service: string;
            /** @description Required for hosted and in_person */
            site?: string;
            /** Format: date-time */
            start: string;
        };
        NewTicket: {
            /**
             * @description room: the screen of the room at the site, opened by the nurse
             * @enum {string}
             */
            role?: "room";
        };
        Person: {
            /**
             * Format: int64
             * @example 1007
             */
            id: number;
            /** @description Languages of service */
            languages: ("sv" | "fi" | "en")[];
            /** @example Anna Holm */
            name: string;
            title: components["schemas"]["Text"];
        };
        Point: {
            /** Format: double */
            latitude: number;
            /** Format: double */
            longitude: number;
        };
        Practitioner: {
            /**
             * Format: int64
             * @example 1007
             */
            id: number;
            languages: ("sv" | "fi" | "en")[];
            /** @description Where the person works from */
            municipality: string;
            /** @example Anna Holm */
            name: string;
            /** @example physician */
            profession: string;
            /** @description Services that can be booked with this person */
            services: string[];
            title: components["schemas"]["Text"];
            unit: string;
        };
        Principal: {
            /** @description Municipality of a patient */
            home?: string;
            /** @description The middle of a patient's village or part of town, to tell what is near */
            homePoint?: components["schemas"]["Point"];
            /** @enum {string} */
            kind: "patient" | "staff" | "link";
            /** @enum {string} */
            language: "sv" | "fi" | "en";
            /** @example Anna Holm */
            name: string;
            /** @description Patient id of a patient or of a link's patient */
            patient?: string;
            /**
             * Format: int64
             * @description Resource id of a professional
             */
            practitioner?: number;
            /**
             * @example [
             *       "physician"
             *     ]
             */
            roles: string[];
            /** @description Sites where this person works */
            sites: components["schemas"]["NamedPlace"][];
            /** @description Unit of a professional */
            unit?: components["schemas"]["NamedPlace"];
            /** @description The one visit that the bearer of a link may enter */
            visit?: string;
        };
        Problem: {
            /** @description slot-taken: the nearest free times */
            alternatives?: components["schemas"]["Slot"][];
            /**
             * @description What went wrong, for programs
             * @example slot-taken
             */
            code: string;
            detail?: string;
            /** @description Which parts of the request are wrong */
            fields?: components["schemas"]["FieldFault"][];
            /** @description link-moved: where the visit is now */
            moved?: components["schemas"]["MovedLink"];
            /**
             * Format: date-time
             * @description too-early: when the waiting room opens
             */
            opensAt?: string;
            /** @description The request's id; the server's log line has the same */
            request?: string;
            /**
             * Format: int64
             * @description too-many: seconds to wait
             */
            retryAfter?: number;
            /** @description wrong-state: the state that the visit is in */
            state?: string;
            /**
             * Format: int64
             * @example 409
             */
            status: number;
            /** @description link-moved: whom to call instead */
            supportPhone?: string;
            /** @example The time is taken */
            title: string;
            /**
             * Format: int64
             * @description factor-wrong: how often one may still try
             */
            triesLeft?: number;
            /**
             * @description /problems/ and the code
             * @example /problems/slot-taken
             */
            type: string;
        };
        Room: {
            /**
             * Format: int64
             * @example 3001
             */
            id: number;
            /**
             * @description As written on the door
             * @example Rum 2
             */
            name: string;
        };
        RoomDay: {
            devices: components["schemas"]["Device"][];
            /** Format: int64 */
            id: number;
            /** @example Rum 2 */
            name: string;
            visits: components["schemas"]["VisitFacts"][];
        };
        Service: {
            /** @example lakare */
            id: string;
            /**
             * Format: int64
             * @description Length of a visit
             * @example 20
             */
            minutes: number;
            modalities: ("video" | "hosted" | "in_person" | "phone")[];
            name: components["schemas"]["Text"];
            /** @description The person's own professional is offered first */
            ownProfessional: boolean;
            /** @example physician */
            profession: string;
            summary: components["schemas"]["Text"];
        };
        Site: {
            address: string;
            /** @example narpes-halsostation */
            id: string;
            /** Format: double */
            latitude: number;
            /** Format: double */
            longitude: number;
            /** @example narpes */
            municipality: string;
            name: components["schemas"]["Text"];
            phone: string;
        };
        SiteDay: {
            /** Format: date */
            date: string;
            /**
             * Format: date-time
             * @description The server's clock
             */
            now: string;
            rooms: components["schemas"]["RoomDay"][];
            site: components["schemas"]["Site"];
        };
        Slot: {
            /** Format: date-time */
            end: string;
            /**
             * @description The language this visit would be held in
             * @enum {string}
             */
            language: "sv" | "fi" | "en";
            /** @enum {string} */
            modality: "video" | "hosted" | "in_person" | "phone";
            /** @description The nurse who hosts, for a hosted visit */
            nurse?: components["schemas"]["Person"];
            practitioner: components["schemas"]["Person"];
            /** Format: int64 */
            room?: number;
            /** @example lakare */
            service: string;
            /** @description Where the patient goes; absent for video and phone */
            site?: string;
            /** Format: date-time */
            start: string;
        };
        Slots: {
            /** @description How many times each searched day has */
            days: components["schemas"]["DayCount"][];
            /**
             * Format: date
             * @description Ask again with this as from to see more
             */
            nextFrom?: string;
            slots: components["schemas"]["Slot"][];
        };
        Text: {
            /**
             * @description English
             * @example Health station
             */
            en: string;
            /**
             * @description Finnish
             * @example Terveysasema
             */
            fi: string;
            /**
             * @description Swedish
             * @example Hälsostation
             */
            sv: string;
        };
        Ticket: {
            /** Format: date-time */
            expiresAt: string;
            /** @description Goes into the join message, never into an address */
            ticket: string;
            /**
             * @description Where the WebSocket is
             * @example /v1/signaling
             */
            url: string;
        };
        Transition: {
            /**
             * @description How the identity was established, at check-in
             * @enum {string}
             */
            identity?: "idCard" | "drivingLicence" | "passport" | "known";
            /** @enum {string} */
            to: "arrived" | "rooming" | "ready" | "wrapUp" | "finished";
        };
        Visit: {
            appointment: components["schemas"]["Appointment"];
            /** Format: date-time */
            arrivedAt?: string;
            /**
             * Format: int64
             * @description How late the professional runs
             */
            delayMinutes: number;
            /**
             * Format: date-time
             * @description The booked start plus the delay
             */
            expectedStart: string;
            /** Format: date-time */
            finishedAt?: string;
            /**
             * Format: uuid
             * @description The appointment's id
             */
            id: string;
            /**
             * @description How the identity was established at the desk
             * @enum {string}
             */
            identity?: "idCard" | "drivingLicence" | "passport" | "known";
            /** @description Somebody has seen that the patient waits */
            nurseKnows: boolean;
            /**
             * Format: date-time
             * @description When the waiting room opens, or did; absent when there is none
             */
            opensAt?: string;
            /** @enum {string} */
            patient: "absent" | "waiting" | "admitted" | "left";
            /** @enum {string} */
            professional: "away" | "busy" | "here";
            /** Format: date-time */
            readyAt?: string;
            /** Format: date-time */
            startedAt?: string;
            /** @enum {string} */
            state: "planned" | "arrived" | "rooming" | "ready" | "inProgress" | "wrapUp" | "finished" | "cancelled";
            /** Format: date-time */
            updatedAt: string;
            /** Format: date-time */
            waitingSince?: string;
            you: components["schemas"]["You"];
        };
        VisitFacts: {
            appointment: components["schemas"]["Appointment"];
            /** Format: date-time */
            arrivedAt?: string;
            /**
             * Format: int64
             * @description How late the professional runs
             */
            delayMinutes: number;
            /**
             * Format: date-time
             * @description The booked start plus the delay
             */
            expectedStart: string;
            /** Format: date-time */
            finishedAt?: string;
            /**
             * Format: uuid
             * @description The appointment's id
             */
            id: string;
            /**
             * @description How the identity was established at the desk
             * @enum {string}
             */
            identity?: "idCard" | "drivingLicence" | "passport" | "known";
            /** @description Somebody has seen that the patient waits */
            nurseKnows: boolean;
            /**
             * Format: date-time
             * @description When the waiting room opens, or did; absent when there is none
             */
            opensAt?: string;
            /** @enum {string} */
            patient: "absent" | "waiting" | "admitted" | "left";
            /** @enum {string} */
            professional: "away" | "busy" | "here";
            /** Format: date-time */
            readyAt?: string;
            /** Format: date-time */
            startedAt?: string;
            /** @enum {string} */
            state: "planned" | "arrived" | "rooming" | "ready" | "inProgress" | "wrapUp" | "finished" | "cancelled";
            /** Format: date-time */
            updatedAt: string;
            /** Format: date-time */
            waitingSince?: string;
        };
        You: {
            /** @description What this person may do now */
            actions: ("enter" | "checkIn" | "rooming" | "ready" | "admit" | "close" | "wrapUp" | "cancel" | "move")[];
            name: string;
            /** @description The id that this person has in the call */
            participant: string;
            /** @enum {string} */
            role: "patient" | "host" | "room" | "guest";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    appointments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointments"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    book: {
        parameters: {
            query?: never;
            header: {
                /** @description Chosen by the client; the same key gives the same answer and one effect */
                "Idempotency-Key": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAppointment"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointment"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    appointment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointment"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    calendar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Content-Disposition"?: string;
                    "Content-Type"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "text/calendar": string;
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CancelAppointment"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointment"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    move: {
        parameters: {
            query?: never;
            header: {
                /** @description Chosen by the client; the same key gives the same answer and one effect */
                "Idempotency-Key": string;
            };
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoveAppointment"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Appointment"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    day: {
        parameters: {
            query?: {
                /** @description Today when absent */
                date?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Day"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    demoAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DemoAccounts"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    demoSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DemoSignIn"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    directory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Directory"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lasts until the session or the server ends */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    hold: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewHold"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getHold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseHold: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exchangeLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExchangeLink"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExchangedLink"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    siteDay: {
        parameters: {
            query?: {
                /** @description Today when absent */
                date?: string;
            };
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SiteDay"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    slots: {
        parameters: {
            query: {
                /** @description First day; today when absent */
                from?: string;
                language?: "sv" | "fi" | "en";
                limit?: number;
                modality?: "video" | "hosted" | "in_person" | "phone";
                /** @description The asker's appointment that is to move: its own time is not in the way */
                moving?: string;
                practitioner?: number;
                service: string;
                site?: string;
                timeOfDay?: "morning" | "day" | "evening";
                /** @description Last day */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Slots"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    visit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Visit"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ticket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewTicket"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    transition: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Transition"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Visit"];
                };
            };
            /** @description A problem, as RFC 9457 has it */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
