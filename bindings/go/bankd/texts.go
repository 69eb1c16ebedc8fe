// SPDX-License-Identifier: Apache-2.0

package main

// japanese has the site's own words as the banks' manuals have them. What the library says (statuses, refusals, ways out)
// is not here.
var japanese = map[string]string{
	// every page
	"Example Shinkin Bank":                "見本信用金庫",
	"Internet banking":                    "インターネットバンキング",
	"Welcome, %s":                         "ようこそ　%s　様",
	"Log in":                              "ログイン",
	"Log out":                             "ログアウト",
	"Main":                                "メイン",
	"Administration":                      "管理機能",
	"Memo":                                "メモ",
	"Home":                                "ホーム",
	"Top":                                 "TOP",
	"Back":                                "戻る",
	"Back to the first page":              "ログイン画面へ戻る",
	"This cannot be done":                 "この操作はできません",
	"Not available now":                   "ただいまご利用いただけません",
	"Please try again in a little while.": "しばらくしてからもう一度お試しください。",
	"Page not found":                      "ページが見つかりません。",
	"What was entered cannot be used.":    "入力内容に誤りがあります。",
	"This page was open for too long. Please try again.": "画面の有効時間が過ぎました。もう一度操作してください。",

	// login
	"Login":                         "ログイン",
	"Log in with the certificate":   "電子証明書ログイン",
	"Obtain a certificate":          "電子証明書の取得",
	"Obtain or renew a certificate": "電子証明書の取得・更新",
	"For everybody who has a certificate in this PC. Choose it when the browser asks.": "" +
		"このパソコンに電子証明書を取得済の方はこちらから。ブラウザの画面で電子証明書を選択してください。",
	"For the first certificate, after a reissue, and when yours has expired. You need your ID and login password.": "" +
		"初めて取得する方、再発行された方、有効期限が切れた方はこちらから。ＩＤとログインパスワードが必要です。",
	"Company code":   "会社コード",
	"Customer ID":    "お客様ID",
	"Login password": "ログインパスワード",
	"Authenticate":   "認証",
	"Please enter your ID and login password.":              "ＩＤとログインパスワードを入力してください。",
	"Certificate presented, serial number:":                 "提示された電子証明書のシリアル番号：",
	"Company code, customer ID or login password is wrong.": "会社コード、お客様IDまたはログインパスワードが正しくありません。",
	"Logged out": "ログアウトしました",
	"Please close the browser once before you log in with a new certificate.": "" +
		"新しい電子証明書でログインする場合は、一度ブラウザを終了してください。",

	// the certificate
	"Certificate":                      "電子証明書",
	"Your certificate":                 "お客様の電子証明書",
	"Certificate status":               "電子証明書状況",
	"Obtain by":                        "電子証明書取得期限",
	"Expiry":                           "電子証明書有効期限",
	"Serial number":                    "シリアル番号",
	"Serial ID":                        "シリアルID",
	"Certificate serial ID":            "電子証明書シリアルID",
	"Details of the certificate":       "電子証明書情報",
	"No limit":                         "期限なし",
	"A certificate was issued already": "発行済の電子証明書があります",
	"It has not been installed yet. It can be delivered again.": "まだ取り込まれていません。もう一度受け取ることができます。",
	"Deliver again":        "再度受け取る",
	"Request from this PC": "発行要求",
	"The PC's tool makes the key and the request (PKCS#10). The key never leaves the PC.": "" +
		"専用アプリケーションがこのパソコンで鍵と発行要求（PKCS#10）を作成します。鍵はパソコンの外に出ません。",
	"Request file":          "発行要求のファイル",
	"or its text":           "またはその内容",
	"Issue":                 "発行",
	"Renew":                 "更新",
	"Save in this PC":       "パソコンに保存する",
	"Save in the USB token": "専用USBに保存する",
	"This is not a certificate request (PKCS#10).":                   "発行要求（PKCS#10）ではありません。",
	"The certificate is being issued":                                "電子証明書発行処理中",
	"The next page follows by itself.":                               "処理が完了後、自動的に次画面が表示されます。",
	"Certificate issued":                                             "電子証明書発行　発行完了",
	"The certificate has been issued. Please install it in this PC.": "電子証明書が発行されました。ご使用のパソコンへインストールしてください。",
	"Download the certificate":                                       "電子証明書をダウンロードする",
	"Install it together with the key that the PC's tool made.":      "専用アプリケーションが作成した鍵とともにインストールしてください。",
	"It has been installed":                                          "インストールを完了する",
	"If the network failed, load this page again: the same certificate is delivered.": "" +
		"ネットワークの問題で受け取れなかった場合は、ブラウザの「更新」ボタンを押してください。同じ電子証明書が再度送られます。",
	"The first login with the new certificate also tells that it has been installed.": "" +
		"新しい電子証明書で初めてログインした時にも、インストールの完了が記録されます。",
	"The certificate has been installed":        "電子証明書のインストールが完了しました",
	"The certificate was installed in your PC.": "ご使用のパソコンへ電子証明書がインストールされました。",
	"To log in, please use this certificate.":   "ログインを行う場合は、この電子証明書を使用してログインしてください。",
	"Login is not possible from any other PC than the one this certificate was installed in.": "" +
		"この電子証明書がインストールされたパソコン以外ではログインできません。",
	"The certificate is valid for one year.": "電子証明書の有効期間は１年です。",
	"Close this window":                      "このウィンドウを閉じる",

	// renewal
	"Notice of renewal": "電子証明書更新通知",
	"Your certificate expires soon. Please renew it by its expiry date.": "" +
		"電子証明書の有効期限が近づいています。有効期限までに更新を行ってください。",
	"Your certificate was renewed, but the new one has not been installed yet.": "" +
		"電子証明書は更新されていますが、新しい電子証明書がまだ取り込まれていません。",
	"Days left":   "残り日数",
	"%d days":     "%d日",
	"Renew now":   "今すぐ更新する",
	"Renew later": "後で更新する",
	"A certificate must be renewed every year, one for each ID.": "" +
		"電子証明書は、一年毎に更新処理が必要となります。更新はＩＤ毎に必要です。",
	"Begin the renewal":     "電子証明書更新開始",
	"Renew the certificate": "証明書更新",

	// main page
	"Main page":   "メイン画面",
	"Accounts":    "口座一覧",
	"Branch":      "お取引店",
	"Head office": "本部",
	"Account":     "口座番号",
	"Ordinary":    "普通",
	"Balance":     "残高",

	// ID maintenance
	"ID maintenance":                      "IDメンテナンス",
	"Choose a user":                       "利用者選択",
	"Choose":                              "選択",
	"Permission":                          "利用権限",
	"Master user":                         "管理者",
	"Approver":                            "承認者",
	"Operator":                            "一般者",
	"E-mail":                              "メールアドレス",
	"Edit":                                "編集",
	"New user":                            "新規登録",
	"Next page":                           "次へ",
	"Customer ID details":                 "お客様ID情報",
	"Please enter the following.":         "●以下の項目を入力してください。",
	"New login password":                  "新ログインパスワード",
	"New login password (again)":          "新ログインパスワード(確認用)",
	"The two new passwords differ.":       "新ログインパスワードが確認用と一致していません。",
	"Keep using it":                       "継続利用する",
	"Reissue it":                          "再発行する",
	"Revoke it":                           "失効する",
	"Confirmation password":               "確認用パスワード",
	"only to revoke":                      "失効する場合のみ",
	"The confirmation password is wrong.": "確認用パスワードが正しくありません。",
	"Register":                            "登録",
	"Registers the contents above.":       "上記の内容で登録します。",
	"Undo":                                "元に戻す",
	"Puts back what was shown at first.":  "入力内容を画面表示時の内容に戻します。",
	"Delete this ID":                      "このIDを削除する",
	"Its certificate is revoked with it.": "電子証明書も同時に失効します。",
	"Registered":                          "登録完了",
	"The customer ID was added.":          "お客様IDの登録が終了しました。",
	"The customer ID was changed.":        "お客様IDの変更が終了しました。",
	"The customer ID was deleted.":        "お客様IDの削除が終了しました。",
	"The customer ID is '%s'.":            "このお客様IDは「%s」です。",
	"This user can now obtain a certificate with ID and login password, from 'Obtain a certificate' on the login page, until:": "" +
		"この利用者は、ログイン画面の「電子証明書の取得」から、ＩＤとログインパスワードで電子証明書を取得してください。電子証明書取得期限：",
}
