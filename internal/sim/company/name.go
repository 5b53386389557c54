// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package company

// somebody has a name as it is written and a login.
type somebody struct{ display, login string }

// notable people have names that have broken software elsewhere. They are in every company, in this
// order; the first is the boss.
func notable() []somebody {
	return []somebody{
		{"Jürgen Größl", "jürgen.größl"},
		{"ليلى حداد", "ليلى.حداد"},
		{"Maximiliane Henriette Charlotte Freifrau von und zu Hohenlohe-Langenburg-Bartenstein", "maximiliane-henriette-charlotte.von-hohenlohe-langenburg-bartens"},
		{"נועה לוי", "נועה.לוי"},
		{"佐藤 美咲", "美咲.佐藤"},
		{"Siobhán O'Brien", "siobhan.o'brien"},
		{"İpek Yıldız", "ipek.yıldız"},
		{"Nguyễn Thị Thanh Hương", "huong.nguyen"},
		{"Ελένη Παπαδοπούλου", "ελένη.παπαδοπούλου"},
		{"Null Undefined", "null"},
	}
}

// culture is a stock of names, each with the letters of its login.
type culture struct {
	given, family []string
	familyFirst   bool
}

func cultures() []culture {
	return []culture{
		{given: []string{"Käthe|kaethe", "Björn|bjoern", "Anneliese|anneliese", "Günther|guenther", "Sören|soeren", "Jule|jule"},
			family: []string{"Müller|mueller", "Weiß|weiss", "Schröder|schroeder", "Köhler|koehler", "Busch|busch", "Lüdtke|luedtke"}},
		{given: []string{"Amelia|amelia", "Oliver|oliver", "Grace|grace", "Callum|callum", "Niamh|niamh", "Ewan|ewan"},
			family: []string{"Whitfield|whitfield", "MacLeod|macleod", "Featherstonehaugh|featherstonehaugh", "Byrne|byrne", "Pryce|pryce", "Okafor|okafor"}},
		{given: []string{"Zoé|zoe", "François|francois", "Hélène|helene", "Jérôme|jerome", "Maëlle|maelle", "Loïc|loic"},
			family: []string{"Lefèvre|lefevre", "Garçon|garcon", "Dubois|dubois", "Kœnig|koenig", "d'Artois|dartois", "Benoît|benoit"}},
		{given: []string{"Łukasz|lukasz", "Małgorzata|malgorzata", "Żaneta|zaneta", "Wojciech|wojciech", "Agnieszka|agnieszka"},
			family: []string{"Wiśniewska|wisniewska", "Dąbrowski|dabrowski", "Szczęsny|szczesny", "Brzęczyszczykiewicz|brzeczyszczykiewicz"}},
		{given: []string{"Çağla|cagla", "Işıl|isil", "Ömer|oemer", "Şükrü|suekrue"}, family: []string{"Öztürk|oeztuerk", "Aydın|aydin", "Güneş|guenes", "Iğdır|igdir"}},
		{given: []string{"Νίκος|nikos", "Δήμητρα|dimitra", "Γιώργος|giorgos"}, family: []string{"Αλεξίου|alexiou", "Δημητρίου|dimitriou", "Κωστόπουλος|kostopoulos"}},
		{given: []string{"Ольга|olga", "Дмитрий|dmitri", "Наталья|natalya"}, family: []string{"Смирнова|smirnova", "Щербаков|shcherbakov", "Йоффе|yoffe"}},
		{given: []string{"محمد|mohammed", "فاطمة|fatima", "يوسف|youssef"}, family: []string{"الحسيني|alhusseini", "منصور|mansour", "بن علي|benali"}},
		{given: []string{"שירה|shira", "יונתן|yonatan", "מאיה|maya"}, family: []string{"כהן|cohen", "אברהמי|avrahami", "ברק|barak"}},
		{given: []string{"अनन्या|ananya", "रोहन|rohan", "प्रिया|priya"}, family: []string{"शर्मा|sharma", "चटर्जी|chatterjee", "अय्यर|iyer"}},
		{given: []string{"太郎|taro", "花子|hanako", "さくら|sakura"}, family: []string{"鈴木|suzuki", "高橋|takahashi", "渡邉|watanabe"}, familyFirst: true},
		{given: []string{"小明|xiaoming", "丽华|lihua", "伟|wei"}, family: []string{"王|wang", "欧阳|ouyang", "陈|chen"}, familyFirst: true},
		{given: []string{"지우|jiwoo", "민준|minjun"}, family: []string{"김|kim", "박|park", "선우|sunwoo"}, familyFirst: true},
		{given: []string{"Guðrún|gudrun", "Þórður|thordur"}, family: []string{"Jónsdóttir|jonsdottir", "Sigurðsson|sigurdsson"}},
		{given: []string{"Kalani|kalani", "Leilani|leilani"}, family: []string{"Keihanaikukauakahihulihe'ekahaunaele|keihanaikukauakahi", "Kahananui|kahananui"}},
		{given: []string{"Chukwuemeka|chukwuemeka", "Ngozi|ngozi", "Wanjiru|wanjiru"}, family: []string{"Adébáyọ̀|adebayo", "Nwosu|nwosu", "Kamau|kamau"}},
	}
}
