/**
 * The frame of every mail. Colours are set inline for clients that drop style sheets; the sheet
 * only turns them over in dark mode.
 */
import type { ReactNode } from "react";
import { Body, Button, Container, Head, Heading, Hr, Html, Link, Preview, Text } from "react-email";

const darkMode = `
@media (prefers-color-scheme: dark) {
  .page, .page > table > tbody > tr > td { background-color: #10151c !important; }
  .card { background-color: #19212b !important; border-color: #2b3644 !important; }
  .ink, .ink li { color: #e8edf2 !important; }
  .faint { color: #9aa8b7 !important; }
  .link { color: #5fd0c0 !important; }
  .rule { border-color: #2b3644 !important; }
}`;

const sans = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

type Props = {
  /** What the inbox shows beside the subject. */
  preview: string;
  title: string;
  children: ReactNode;
  /** Where the reader can end mails of this kind, if it is a kind that comes again and again. */
  unsubscribeUrl?: string;
};

export function MailLayout(props: Props) {
  return (
    <Html lang="en">
      <Head>
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <style>{darkMode}</style>
      </Head>
      <Preview>{props.preview}</Preview>
      <Body
        className="page"
        style={{ backgroundColor: "#f4f6f8", margin: 0, padding: "0 12px", fontFamily: sans }}
      >
        <Container
          className="card"
          style={{
            backgroundColor: "#ffffff",
            border: "1px solid #dde3ea",
            borderRadius: 12,
            margin: "32px auto",
            maxWidth: 560,
            padding: "28px 32px",
          }}
        >
          <Text className="faint" style={{ ...faint, fontWeight: 700, letterSpacing: 0.4 }}>
            Tallyho
          </Text>
          <Heading as="h1" className="ink" style={{ color: "#17202a", fontSize: 24, margin: "8px 0" }}>
            {props.title}
          </Heading>
          {props.children}
          <Hr className="rule" style={{ borderColor: "#dde3ea", margin: "28px 0 12px" }} />
          <Text className="faint" style={faint}>
            Tallyho counts what your product does. This mail comes from the example app.
          </Text>
          {props.unsubscribeUrl ? (
            <Text className="faint" style={faint}>
              You get this mail because usage mails are on.{" "}
              <MailLink href={props.unsubscribeUrl}>Unsubscribe</MailLink>
            </Text>
          ) : null}
        </Container>
      </Body>
    </Html>
  );
}

export function Paragraph({ children }: { children: ReactNode }) {
  return (
    <Text className="ink" style={{ color: "#17202a", fontSize: 16, lineHeight: "25px" }}>
      {children}
    </Text>
  );
}

export function ActionButton({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Button
      href={href}
      style={{
        backgroundColor: "#0b6e63",
        borderRadius: 8,
        color: "#ffffff",
        display: "inline-block",
        fontSize: 16,
        fontWeight: 600,
        margin: "8px 0",
        padding: "12px 20px",
      }}
    >
      {children}
    </Button>
  );
}

export function MailLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link className="link" href={href} style={linkStyle}>
      {children}
    </Link>
  );
}

/** For clients that do not show the button. */
export function LinkBelowButton({ href }: { href: string }) {
  return (
    <Paragraph>
      If the button does not work, use this address:{" "}
      <span style={{ wordBreak: "break-all" }}>
        <MailLink href={href}>{href}</MailLink>
      </span>
    </Paragraph>
  );
}

const linkStyle = { color: "#0b6e63", textDecorationLine: "underline" } as const;
const faint = { color: "#5b6773", fontSize: 13, lineHeight: "20px", margin: 0 };
